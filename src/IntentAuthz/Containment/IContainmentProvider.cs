namespace IntentAuthz;

/// <summary>
/// Makes what contains a call, by means that hold below the tool: the operating system's. Without one, calls that must be contained are denied.
/// Safe for use by many threads.
/// </summary>
public interface IContainmentProvider
{
    /// <summary>
    /// Makes ready what the call runs in. Asked after the verdict and before the credential; a fault or an answer that does not come in time
    /// (<see cref="IntentAuthzOptions.ContainmentTimeout"/>) is a denial.
    /// </summary>
    /// <param name="request">What must be enforced.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The containment, or what is missing on this machine to enforce the bounds. Never a weaker containment than was asked for.
    /// </returns>
    ValueTask<ContainmentResult> PrepareAsync(ContainmentRequest request, CancellationToken cancellationToken);
}
