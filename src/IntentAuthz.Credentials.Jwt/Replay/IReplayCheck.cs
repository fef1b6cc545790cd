namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Remembers what is good once: proofs, and tokens where a service takes each one once. <see cref="ReplayCache"/> does within one process; a
/// service of several processes shares a store, where adding a key that is there already fails. Implementations are safe for use by many
/// threads. What they throw, and no answer in time, refuses the request.
/// </summary>
public interface IReplayCheck
{
    /// <summary>Remembers an id unless it is remembered already, in one step: of two that ask at once, one is told <see cref="ReplayAnswer.First"/>.</summary>
    /// <param name="id">43 characters of A-Z, a-z, 0-9, <c>-</c> and <c>_</c>: a hash, which tells nothing of the token.</param>
    /// <param name="until">Until when it must be remembered, in wall-clock time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ReplayAnswer> UseAsync(string id, DateTimeOffset until, CancellationToken cancellationToken);
}
