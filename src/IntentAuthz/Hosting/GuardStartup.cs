using Microsoft.Extensions.Hosting;

namespace IntentAuthz;

/// <summary>Makes the guard when the host starts, so that what is wrong with it keeps the host from starting.</summary>
internal sealed class GuardStartup(GuardHost guard) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = guard.Guard;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
