using System.Globalization;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz;

/// <summary>
/// Tells whether decisions can be recorded: degraded while the sink refuses records, since dangerous tools are denied then and all once the
/// queue is full. Add it by <c>AddHealthChecks().AddCheck&lt;AuditHealthCheck&gt;("intentauthz-audit")</c>.
/// </summary>
/// <param name="guard">The guard.</param>
public sealed class AuditHealthCheck(Guard guard) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        AuditStatus status = guard.GetAuditStatus();
        Dictionary<string, object> data = new(StringComparer.Ordinal) { ["waiting"] = status.Waiting };
        return Task.FromResult(status.IsFailing
            ? HealthCheckResult.Degraded(
                string.Create(CultureInfo.InvariantCulture, $"The audit's sink refuses records; {status.Waiting} wait. Dangerous tools are denied until they are written; see the log."), data: data)
            : HealthCheckResult.Healthy("Records are written.", data));
    }
}
