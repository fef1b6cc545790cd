using Microsoft.Extensions.Options;

namespace IntentAuthz;

/// <summary>Checks the options when the host starts.</summary>
internal sealed class IntentAuthzOptionsValidator : IValidateOptions<IntentAuthzOptions>
{
    private const int MinKeyBytes = 32;

    public ValidateOptionsResult Validate(string? name, IntentAuthzOptions options)
    {
        List<string> problems = [];
        Range(nameof(options.MaxArgumentBytes), options.MaxArgumentBytes, 1024, 64 * 1024 * 1024);
        Range(nameof(options.MaxArgumentDepth), options.MaxArgumentDepth, 1, 64);
        Range(nameof(options.MaxArgumentValues), options.MaxArgumentValues, 1, 1_000_000);
        Range(nameof(options.MaxResultCharacters), options.MaxResultCharacters, 1024, 256 * 1024 * 1024);
        Range(nameof(options.AuditQueueCapacity), options.AuditQueueCapacity, 16, 10_000_000);
        Range(nameof(options.AuditQueuePerTenant), options.AuditQueuePerTenant, 1, options.AuditQueueCapacity);
        Range(nameof(options.AuditQueuePerTask), options.AuditQueuePerTask, 1, options.AuditQueuePerTenant);
        if (options.DecisionQueueBytes is < 1024 * 1024 or > 16L << 30)
        {
            problems.Add($"IntentAuthzOptions.DecisionQueueBytes is {options.DecisionQueueBytes}; set it between {1024 * 1024} and {16L << 30}.");
        }

        Range(nameof(options.MaxPendingApprovalsPerTask), options.MaxPendingApprovalsPerTask, 1, 10_000);
        Range(nameof(options.MaxPendingApprovalsPerTenant), options.MaxPendingApprovalsPerTenant, 1, 100_000);
        Duration(nameof(options.EngineTimeout), options.EngineTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Duration(nameof(options.ProposerTimeout), options.ProposerTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        Duration(nameof(options.IssuerTimeout), options.IssuerTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Duration(nameof(options.ContainmentTimeout), options.ContainmentTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Duration(nameof(options.TaskStoreTimeout), options.TaskStoreTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Range(nameof(options.MaxLeasesPerTask), options.MaxLeasesPerTask, 1, 10_000);
        Range(nameof(options.IrrevocableAfter), options.IrrevocableAfter, 1, 1_000);
        Duration(nameof(options.MaxRevocationStaleness), options.MaxRevocationStaleness, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Duration(nameof(options.RevocationPollInterval), options.RevocationPollInterval, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10));
        if (options.RevocationPollInterval > options.MaxRevocationStaleness / 2)
        {
            problems.Add(
                $"IntentAuthzOptions.RevocationPollInterval is {options.RevocationPollInterval}; set it to at most half of MaxRevocationStaleness, {options.MaxRevocationStaleness / 2}.");
        }

        Duration(nameof(options.DurableAuditTimeout), options.DurableAuditTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Duration(nameof(options.AuditShutdownTimeout), options.AuditShutdownTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Duration(nameof(options.ApprovalLifetime), options.ApprovalLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        if (options.AuditDigestKey is { Length: < MinKeyBytes } key)
        {
            problems.Add($"IntentAuthzOptions.AuditDigestKey has {key.Length} bytes; give it at least {MinKeyBytes} random bytes, or leave it out.");
        }

        Range(nameof(options.MaxTaskEvents), options.MaxTaskEvents, 16, 65_536);
        problems.AddRange(options.Signals.Problems());
        problems.AddRange(options.Incidents.Problems());
        problems.AddRange(options.RiskWeights.Problems());
        if (!Enum.IsDefined(options.PolicyMode))
        {
            problems.Add($"IntentAuthzOptions.PolicyMode is {options.PolicyMode}; set it to Enforce or Observe.");
        }

        if (!Enum.IsDefined(options.PolicyValidation))
        {
            problems.Add($"IntentAuthzOptions.PolicyValidation is {options.PolicyValidation}; set it to Strict or Permissive.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Range(string setting, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                problems.Add($"IntentAuthzOptions.{setting} is {value}; set it between {least} and {most}.");
            }
        }

        void Duration(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                problems.Add($"IntentAuthzOptions.{setting} is {value}; set it between {least} and {most}.");
            }
        }
    }
}
