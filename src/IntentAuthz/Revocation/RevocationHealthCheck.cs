using System.Globalization;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz;

/// <summary>
/// Tells whether revocation works: unhealthy where what is revoked is not known, so that every call is denied; degraded where revocations wait
/// to be written, the state of tasks could not be, or credentials could not be unmade. It is for readiness: no restart mends a store that cannot be read.
/// Add it by <c>AddHealthChecks().AddCheck&lt;RevocationHealthCheck&gt;("intentauthz")</c>, and not to the liveness of the process.
/// </summary>
/// <param name="guard">The guard.</param>
public sealed class RevocationHealthCheck(Guard guard) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        RevocationStatus status = guard.Revocations.GetStatus();
        LiveAuthority live = await guard.ReadLiveAsync(tenant: null, cancellationToken).ConfigureAwait(false);
        int irrevocable = live.Leases.Count(static l => l.IsIrrevocable);
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["entries"] = status.Entries,
            ["pendingWrites"] = status.PendingWrites,
            ["failedWrites"] = status.FailedWrites,
            ["failedReads"] = status.FailedReads,
            ["irrevocableLeases"] = irrevocable,
        };
        if (status.Age is { } age)
        {
            data["ageMilliseconds"] = age.TotalMilliseconds;
        }

        TaskStoreStatus tasks = guard.Tasks.GetStoreStatus();
        data["tasksBehind"] = tasks.TasksBehind;
        data["failedTaskWrites"] = tasks.FailedWrites;
        string fault = status.LastFault is { } last ? $" The store's last fault is {last}." : "";
        return !status.IsKnown ? HealthCheckResult.Unhealthy($"What is revoked is not known, so every call is denied.{fault}", data: data)
            : status.PendingWrites > 0 ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"{status.PendingWrites} revocations hold here and wait to be written.{fault}"), data: data)
            : tasks.TasksBehind > 0 ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"The state of {tasks.TasksBehind} tasks could not be written; their calls are denied until it is. The store's last fault is {tasks.LastFault}."), data: data)
            : irrevocable > 0 ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"{irrevocable} credentials could not be unmade yet."), data: data)
            : HealthCheckResult.Healthy("What is revoked is known and written.", data);
    }
}
