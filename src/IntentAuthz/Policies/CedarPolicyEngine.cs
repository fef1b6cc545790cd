using System.Collections.Frozen;

using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// The default policy engine: native Cedar. It reads its sources when it is made and at each reload; a set that fails is refused as a
/// whole and the last good one stays. Answers take no lock. Safe for use by many threads.
/// </summary>
public sealed partial class CedarPolicyEngine : IPolicyEngine
{
    private readonly IReadOnlyList<PolicySource> _sources;
    private readonly AnnotationRules _rules;
    private readonly ILogger<CedarPolicyEngine> _logger;
    private readonly Lock _loading = new(); // one reload at a time, so that an older set never replaces a newer one
    private PolicySnapshot _current;

    /// <summary>Loads the policies.</summary>
    /// <param name="sources">Where they come from; at least one.</param>
    /// <param name="logger">Where reloads are reported.</param>
    /// <param name="annotationKeys">Annotation keys of the host's own, beside those the library knows.</param>
    /// <exception cref="PolicyLoadException">A source cannot be read or a policy is wrong; the message names file, line and column.</exception>
    public CedarPolicyEngine(
        IEnumerable<PolicySource> sources, ILogger<CedarPolicyEngine> logger, IEnumerable<string>? annotationKeys = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(logger);
        _sources = [.. sources];
        _rules = new AnnotationRules(annotationKeys ?? []);
        _logger = logger;
        if (_sources.Count == 0)
        {
            throw new PolicyLoadException(["no policy source is given, so everything would be denied; add one with AddPolicies(PolicySource.Directory(\"policies\"))"]);
        }

        _current = Load();
        PolicyCount = _current.Count;
    }

    /// <summary>How many policies are in force, over all tenants.</summary>
    public int PolicyCount { get; private set; }

    /// <summary>The last reload that was refused, or null when the last one succeeded: what a health check shows.</summary>
    public string? LastReloadError { get; private set; }

    /// <inheritdoc/>
    public string GetVersion(TenantId tenant) => Volatile.Read(ref _current).For(tenant).Version;

    /// <inheritdoc/>
    public ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<Verdict>(PolicyEvaluation.Evaluate(Volatile.Read(ref _current).For(request.Tenant), request));
    }

    /// <inheritdoc/>
    public bool CouldPermit(TenantId tenant, ToolDescriptor tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        foreach (Policy policy in Volatile.Read(ref _current).For(tenant).Set.Policies)
        {
            if (policy.Effect == PolicyEffect.Permit && ActionScope.CouldMatch(policy.Action, tool))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the sources again. Authorisation of the reload is the caller's: see <see cref="PolicyAdministration"/>.</summary>
    internal PolicyReloadResult Reload()
    {
        lock (_loading)
        {
            try
            {
                PolicySnapshot loaded = Load();
                Volatile.Write(ref _current, loaded);
                PolicyCount = loaded.Count;
                LastReloadError = null;
                LogReloaded(loaded.Count);
                return new PolicyReloadResult(true, $"{loaded.Count} policies are in force.");
            }
            catch (PolicyLoadException e)
            {
                LastReloadError = e.Message;
                LogRefused(e.Message);
                return new PolicyReloadResult(false, e.Message);
            }
        }
    }

    private PolicySnapshot Load()
    {
        List<PolicyText> shared = [];
        Dictionary<TenantId, List<PolicyText>> perTenant = [];
        foreach (PolicySource source in _sources)
        {
            IReadOnlyList<PolicyText> texts;
            try
            {
                texts = source.Read();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PolicyLoadException([e.Message], e);
            }

            if (source.Tenant is { } tenant)
            {
                if (!perTenant.TryGetValue(tenant, out List<PolicyText>? list))
                {
                    perTenant.Add(tenant, list = []);
                }

                list.AddRange(texts);
            }
            else
            {
                shared.AddRange(texts);
            }
        }

        return new PolicySnapshot(
            LoadedPolicies.Load(shared, _rules),
            perTenant.ToFrozenDictionary(static t => t.Key, t => LoadedPolicies.Load(shared.Concat(t.Value), _rules)));
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Policies reloaded: {Count} are in force.")]
    private partial void LogReloaded(int count);

    [LoggerMessage(EventId = 101, Level = LogLevel.Error, Message = "A policy reload was refused; the last good set stays in force. {Problems}")]
    private partial void LogRefused(string problems);

    private sealed class PolicySnapshot(LoadedPolicies shared, FrozenDictionary<TenantId, LoadedPolicies> perTenant)
    {
        internal int Count => shared.Set.Policies.Count + perTenant.Values.Sum(t => t.Set.Policies.Count - shared.Set.Policies.Count);

        internal LoadedPolicies For(TenantId tenant) =>
            perTenant.TryGetValue(tenant, out LoadedPolicies? own) ? own : shared;
    }
}
