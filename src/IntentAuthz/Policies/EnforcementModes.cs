using System.Collections.Concurrent;

namespace IntentAuthz;

/// <summary>Which policy sets and tools are only observed. Reads take no lock. Safe for use by many threads.</summary>
internal sealed class EnforcementModes(EnforcementMode atStart, IEnumerable<string> observedTools)
{
    private readonly ConcurrentDictionary<(TenantId Tenant, string? Tool), EnforcementMode> _set = new();
    private volatile bool _isSet; // asking an empty concurrent dictionary whether it is empty takes all of its locks
    private readonly HashSet<string> _observedTools = new(observedTools, StringComparer.Ordinal); // never changed

    internal EnforcementMode Of(TenantId tenant, string tool)
    {
        if (!_isSet)
        {
            return _observedTools.Count > 0 && _observedTools.Contains(tool) ? EnforcementMode.Observe : atStart;
        }

        // What was said of the tool holds before what was said of all policies.
        return _set.TryGetValue((tenant, tool), out EnforcementMode ofTool) ? ofTool
            : _observedTools.Contains(tool) ? EnforcementMode.Observe
            : _set.TryGetValue((tenant, null), out EnforcementMode ofPolicies) ? ofPolicies
            : atStart;
    }

    internal void Set(TenantId tenant, string? tool, EnforcementMode mode)
    {
        _set[(tenant, tool)] = mode;
        _isSet = true;
    }
}
