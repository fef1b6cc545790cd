namespace IntentAuthz;

/// <summary>
/// For a system that has nothing better than a secret that always holds: the secret is fetched when a call needs it, lent for the time of the
/// lease, and this process's copy is cleared at its end. The back end honours it on, and this issuer says so: nothing is unmade
/// (<see cref="RevocationSpeed.ExpiryOnly"/>), and the residual window that ending a task reports is open-ended,
/// <see cref="DateTimeOffset.MaxValue"/>, unless <see cref="HonouredFor"/> bounds it. Prefer any other issuer. Safe for use by many threads
/// when its source is.
/// </summary>
public sealed class StaticSecretIssuer : IRotatingIssuer
{
    private readonly Func<string, CancellationToken, ValueTask<Secret>> _source;
    private readonly TimeProvider _time;

    /// <summary>Makes an issuer.</summary>
    /// <param name="name">The name that credential profiles use.</param>
    /// <param name="source">
    /// Fetches the secret of a profile, given the profile's name: from a vault, or a <see cref="SecretSources"/>. It is asked once for each
    /// lease and answers with a <see cref="Secret"/> of the lease's own, which is cleared when the lease ends.
    /// </param>
    /// <param name="time">The clock; the system's when null.</param>
    public StaticSecretIssuer(string name, Func<string, CancellationToken, ValueTask<Secret>> source, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Name = Identifier.Validate(name, "issuer name");
        _source = source;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Always <see cref="RevocationSpeed.ExpiryOnly"/>: clearing our copy does not change what the back end honours.</summary>
    public RevocationSpeed RevocationSpeed => RevocationSpeed.ExpiryOnly;

    /// <summary>The name that goes with the secret, such as an account's; null when there is none.</summary>
    public string? UserName { get; init; }

    /// <summary>How it is shown to its target service over HTTP.</summary>
    public CredentialPresentation Presentation { get; init; } = CredentialPresentation.Bearer;

    /// <summary>
    /// How long the back end honours a secret at most after it was fetched, where somebody sees to it, such as a vault that rotates the
    /// secret every night; null when nobody does. Not shorter than the leases.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan? HonouredFor
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), "HonouredFor must be positive; leave it null when nobody rotates the secret.");
    }

    /// <summary>
    /// Has the secret of a profile, given by name, replaced where it is kept, so that the back end honours the old one no more; null when nothing
    /// here can. What it throws counts as a failure.
    /// </summary>
    public Func<string, CancellationToken, ValueTask>? Rotate { get; init; }

    /// <inheritdoc/>
    public async ValueTask<RotationResult> RotateAsync(string profile, string reason, CancellationToken cancellationToken)
    {
        if (Rotate is not { } rotate)
        {
            return new RotationResult(RotationState.CannotRotate, "nothing here can replace this secret: replace it where it is kept, by hand");
        }

        await rotate(profile, cancellationToken).ConfigureAwait(false);
        return new RotationResult(RotationState.Rotated, "the secret was replaced");
    }

    /// <inheritdoc/>
    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (!request.Profile.Scopes.ToHashSet(StringComparer.Ordinal).SetEquals(request.Lease.Scopes))
        {
            return IssueResult.Refused($"the secret of '{request.Profile.Name}' can do exactly what its profile says, and other scopes were asked for.");
        }

        Secret secret = await _source(request.Profile.Name, cancellationToken).ConfigureAwait(false);
        DateTimeOffset until = HonouredFor is { } most ? _time.GetUtcNow() + most : DateTimeOffset.MaxValue;
        return IssueResult.Issued(secret, until) with { UserName = UserName, Presentation = Presentation };
    }

    /// <summary>Does nothing: there is nothing that could be unmade, and <see cref="RevocationSpeed"/> says so.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Not waited for.</param>
    public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The name, for logs.</summary>
    public override string ToString() => $"{Name} (static secrets)";
}
