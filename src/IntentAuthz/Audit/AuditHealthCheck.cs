using System.Globalization;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz;

/// <summary>
/// Tells whether decisions can be recorded: degraded while the sink refuses records or holds them for longer than
/// <see cref="IntentAuthzOptions.DurableAuditTimeout"/>, since dangerous tools are denied then, and while the queue is full, since all calls are. Never
/// unhealthy: what waits is in this process alone. Add it by <c>AddHealthChecks().AddCheck&lt;AuditHealthCheck&gt;("intentauthz-audit")</c>, and not to the
/// liveness of the process.
/// </summary>
/// <param name="guard">The guard.</param>
public sealed class AuditHealthCheck(Guard guard) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        AuditStatus status = guard.GetAuditStatus();
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["waiting"] = status.Waiting,
            ["failing"] = status.IsFailing,
            ["full"] = status.IsFull,
            ["late"] = status.IsLate,
        };
        if (status.IsKeepingUp)
        {
            return Task.FromResult(HealthCheckResult.Healthy("Records are written.", data));
        }

        string what = status.IsFailing ? "The audit's sink refuses records"
            : status.IsLate ? "The audit's sink holds records for longer than DurableAuditTimeout"
            : "Records come faster than the audit's sink takes them";
        string denied = status.IsFull ? "The queue is full, so every call is denied until some are written." : "Dangerous tools are denied until they are written.";
        string more = status.IsFailing ? " See the log." : "";
        return Task.FromResult(HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"{what}; {status.Waiting} wait. {denied}{more}"), data: data));
    }
}
