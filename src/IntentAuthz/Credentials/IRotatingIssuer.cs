namespace IntentAuthz;

/// <summary>An issuer that can renew the long-lived secret behind what it lends, so that the old one is good nowhere any more.</summary>
public interface IRotatingIssuer : ICredentialIssuer
{
    /// <summary>Renews what stands behind a profile. It is asked when an incident's task, which was lent this, is revoked; once for each step that is taken, so twice is possible.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <param name="reason">Why, for the back end's own log.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of it. An exception counts as a failure.</returns>
    ValueTask<RotationResult> RotateAsync(string profile, string reason, CancellationToken cancellationToken);
}
