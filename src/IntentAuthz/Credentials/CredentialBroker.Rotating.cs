using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Renewing what stands behind leases, once those whom it was lent are not trusted any more.</summary>
internal sealed partial class CredentialBroker
{
    internal async ValueTask<ImmutableArray<SecretRotation>> RotateAsync(IReadOnlyCollection<(string Issuer, string Profile)> lent, string reason) =>
        [.. await Task.WhenAll(lent.Select(l => RotateAsync(l.Issuer, l.Profile, reason))).ConfigureAwait(false)];

    private async Task<SecretRotation> RotateAsync(string issuerName, string profile, string reason)
    {
        RotationResult result;
        if (!_issuers.TryGetValue(issuerName, out IssuerWork? work))
        {
            result = new RotationResult(RotationState.CannotRotate, "the host does not have this issuer any more");
        }
        else if (work.Issuer is not IRotatingIssuer rotating)
        {
            result = work.Issuer.RevocationSpeed == RevocationSpeed.ExpiryOnly
                ? new RotationResult(RotationState.CannotRotate, "the issuer cannot renew what it lends, and cannot unmake it: what was lent is good until its own end")
                : new RotationResult(RotationState.NotNeeded, "the issuer makes a credential for each lease and unmakes it");
        }
        else
        {
            try
            {
                // An issuer may work before it first waits, and may never come back.
                using CancellationTokenSource asking = new(_limits.IssuerTimeout, _time);
                result = await Task.Run(() => rotating.RotateAsync(profile, reason, asking.Token).AsTask(), CancellationToken.None)
                    .WaitAsync(_limits.IssuerTimeout, _time).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LogRotateFailed(e, issuerName, profile);
                result = new RotationResult(RotationState.Failed, $"renewing it failed ({e.GetType().Name}); the log has more");
            }
        }

        return new SecretRotation(issuerName, profile, result.State, ShownText.Of(result.Message, IncidentEntry.MaxText));
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Critical, Message = "The secret of profile {Profile} could not be renewed by issuer {Issuer}; the old one may be good still.")]
    private partial void LogRotateFailed(Exception exception, string issuer, string profile);
}
