using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz;

/// <summary>
/// Tells whether the policies in force are those that were meant to be: degraded after a reload that was refused, since the last good ones
/// stay. Add it by <c>AddHealthChecks().AddCheck&lt;PolicyHealthCheck&gt;("intentauthz-policies")</c>.
/// </summary>
/// <param name="policies">The administration of the policies.</param>
public sealed class PolicyHealthCheck(PolicyAdministration policies) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["refusedReloads"] = policies.RefusedReloads,
            ["warnings"] = policies.Warnings.Count,
        };
        return Task.FromResult(policies.LastReloadError is { } error
            ? HealthCheckResult.Degraded($"The last reload was refused and older policies are in force: {error}", data: data)
            : HealthCheckResult.Healthy("The policies were loaded.", data));
    }
}
