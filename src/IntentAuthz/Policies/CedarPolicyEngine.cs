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
    private readonly ValidationMode _mode;
    private readonly Lock _loading = new(); // one reload or schema at a time, so that an older set never replaces a newer one
    private PolicySchema? _schema; // guarded by _loading
    private PolicySnapshot _current;

    /// <summary>Loads the policies.</summary>
    /// <param name="sources">Where they come from; at least one.</param>
    /// <param name="logger">Where reloads are reported.</param>
    /// <param name="annotationKeys">Annotation keys of the host's own, beside those the library knows.</param>
    /// <param name="schema">What policies are checked against; when null they are only parsed, for engines that stand alone.</param>
    /// <param name="validation">How much the check asks.</param>
    /// <exception cref="PolicyLoadException">A source cannot be read or a policy is wrong; the message names file, line and column.</exception>
    public CedarPolicyEngine(
        IEnumerable<PolicySource> sources, ILogger<CedarPolicyEngine> logger, IEnumerable<string>? annotationKeys = null,
        PolicySchema? schema = null, ValidationMode validation = ValidationMode.Strict)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(logger);
        _sources = [.. sources];
        _rules = new AnnotationRules(annotationKeys ?? []);
        _logger = logger;
        _schema = schema;
        _mode = validation;
        if (_sources.Count == 0)
        {
            throw new PolicyLoadException(["no policy source is given, so everything would be denied; add one with AddPolicies(PolicySource.Directory(\"policies\"))"]);
        }

        _current = Load();
        PolicyCount = _current.Count;
        Warnings = Check(_current, _schema);
        LogWarnings();
    }

    /// <summary>How many policies are in force, over all tenants.</summary>
    public int PolicyCount { get; private set; }

    /// <summary>The last reload that was refused, or null when the last one succeeded: what a health check shows.</summary>
    public string? LastReloadError { get; private set; }

    /// <summary>How many reloads have been refused since the start.</summary>
    public int RefusedReloads { get; private set; }

    /// <summary>What is odd about the policies in force: a policy that can never apply, two permits that overlap although one of them asks for more.</summary>
    public IReadOnlyList<string> Warnings { get; private set; }

    /// <inheritdoc/>
    public string GetVersion(TenantId tenant) => Volatile.Read(ref _current).For(tenant).Version;

    /// <inheritdoc/>
    public ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        LoadedPolicies policies = Volatile.Read(ref _current).For(request.Tenant);
        request.AnsweredBy = policies;
        return new ValueTask<Verdict>(PolicyEvaluation.Evaluate(policies, request));
    }

    /// <inheritdoc/>
    public bool CouldPermit(PartialPolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PolicyEvaluation.CouldPermit(Volatile.Read(ref _current).For(request.Tenant), request);
    }

    /// <summary>The policies of a tenant as they are evaluated, for those who ask them what has been asked before.</summary>
    internal LoadedPolicies PoliciesOf(TenantId tenant) => Volatile.Read(ref _current).For(tenant);

    /// <summary>The sets in force: the one for all tenants, then those of tenants with policies of their own.</summary>
    internal IEnumerable<LoadedPolicies> Sets => Volatile.Read(ref _current).Sets;

    /// <summary>Says how the policies in force answer a request, and why. Much slower than answering; mandates are not asked.</summary>
    /// <param name="request">The request.</param>
    public DecisionExplanation Explain(PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return DecisionExplainer.Explain(request, Volatile.Read(ref _current).For(request.Tenant));
    }

    /// <summary>Reads the sources again. Authorisation of the reload is the caller's: see <see cref="PolicyAdministration"/>.</summary>
    internal PolicyReloadResult Reload()
    {
        lock (_loading)
        {
            try
            {
                PolicySnapshot loaded = Load();
                Warnings = Check(loaded, _schema);
                Volatile.Write(ref _current, loaded);
                PolicyCount = loaded.Count;
                LastReloadError = null;
                LogReloaded(loaded.Count);
                LogWarnings();
                return new PolicyReloadResult(true, $"{loaded.Count} policies are in force.");
            }
            catch (PolicyLoadException e)
            {
                LastReloadError = e.Message;
                RefusedReloads++;
                LogRefused(e.Message);
                return new PolicyReloadResult(false, e.Message);
            }
        }
    }

    /// <summary>Checks the policies in force against another schema, which then holds for reloads too.</summary>
    /// <exception cref="PolicyLoadException">A policy does not fit it; the schema before stays.</exception>
    internal void Adopt(PolicySchema schema)
    {
        lock (_loading)
        {
            Warnings = Check(_current, schema);
            _schema = schema;
        }
    }

    /// <summary>The warnings about a set, or an exception with everything that is wrong with it.</summary>
    private string[] Check(PolicySnapshot policies, PolicySchema? schema)
    {
        List<string> problems = [];
        List<string> warnings = [];
        foreach (LoadedPolicies set in schema is null ? [] : policies.Sets)
        {
            SchemaCheck.Check(set, schema!, _mode, problems, warnings);
        }

        // Policies for all tenants are part of each tenant's set.
        return problems.Count > 0
            ? throw new PolicyLoadException([.. problems.Distinct(StringComparer.Ordinal)])
            : [.. warnings.Distinct(StringComparer.Ordinal)];
    }

    private void LogWarnings()
    {
        foreach (string warning in Warnings)
        {
            LogOdd(warning);
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

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "{Finding}")]
    private partial void LogOdd(string finding);

    private sealed class PolicySnapshot(LoadedPolicies shared, FrozenDictionary<TenantId, LoadedPolicies> perTenant)
    {
        internal int Count => shared.Set.Policies.Count + perTenant.Values.Sum(t => t.Set.Policies.Count - shared.Set.Policies.Count);

        internal IEnumerable<LoadedPolicies> Sets => perTenant.Values.Prepend(shared);

        internal LoadedPolicies For(TenantId tenant) =>
            perTenant.TryGetValue(tenant, out LoadedPolicies? own) ? own : shared;
    }
}
