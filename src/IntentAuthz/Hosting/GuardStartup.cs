using Microsoft.Extensions.Hosting;

namespace IntentAuthz;

/// <summary>Makes the guard when the host starts, so that what is wrong with it keeps the host from starting.</summary>
internal sealed class GuardStartup(GuardHost guard) : IHostedService
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Waits a while for what is revoked, so that the first calls are not denied for it; a host whose store is down starts all the same, and denies.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await guard.Guard.Revocations.WaitUntilKnownAsync(cancellationToken).WaitAsync(s_patience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // RevocationStatus and the log say so.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
