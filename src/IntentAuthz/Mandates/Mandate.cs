using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What one task may do. A call needs a permit from the policies and from the mandate of its task and of every task above it, so a mandate
/// can only narrow. It is policy too, with the same rules; it carries tightening obligations only. Immutable and safe for use by many threads.
/// </summary>
public sealed class Mandate
{
    private static readonly AnnotationRules s_rules = new([]);

    private readonly LoadedPolicies? _policies;

    private readonly string _grants;

    private Mandate(LoadedPolicies? policies, string grants, RiskClass ceiling, TaskBudget budget)
    {
        _policies = policies;
        _grants = grants;
        RiskCeiling = ceiling;
        Budget = budget;
    }

    /// <summary>What the mandate allows, in words, for the people who approve a task and for the audit.</summary>
    public string Description =>
        $"{_grants}{(Budget.IsUnlimited ? "" : $"; {Budget}")}{string.Concat(CredentialScopes.Select(static c => $"; of the credential {c.Key} {(c.Value.IsEmpty ? "nothing" : $"only {string.Join(", ", c.Value)}")}"))}{(Containment is null ? "" : $"; contained: {Containment}")}";

    /// <summary>Its policies; null where it leaves everything to the policy set.</summary>
    internal LoadedPolicies? Policies => _policies;

    /// <summary>Names the exact text of its policies; null where it leaves everything to the policies.</summary>
    internal string? PolicyVersion => _policies?.Version;

    /// <summary>The highest risk class a tool may have.</summary>
    public RiskClass RiskCeiling { get; }

    /// <summary>The highest risk score a call may have without a person's approval, 0 to 100; null for any. Policies see the lowest over all tasks above as <c>context.risk.ceiling</c>.</summary>
    public int? ScoreCeiling { get; private init; }

    /// <summary>How much it may do in all. What sub-tasks use counts for every task above them too.</summary>
    public TaskBudget Budget { get; }

    /// <summary>Which scopes it leaves of credential profiles, by the profile's name; a profile that is not named keeps all.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> CredentialScopes { get; private init; } =
        ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    /// <summary>What it leaves of every containment profile; null when all of each.</summary>
    public ContainmentBounds? Containment { get; private init; }

    /// <summary>Allows what the grants name, and nothing else.</summary>
    /// <param name="grants">At least one.</param>
    public static Mandate Of(params ReadOnlySpan<MandateGrant> grants)
    {
        if (grants.IsEmpty)
        {
            throw new ArgumentException("A mandate without grants allows nothing; name at least one.", nameof(grants));
        }

        List<string> policies = [];
        List<string> words = [];
        foreach (MandateGrant grant in grants)
        {
            ArgumentNullException.ThrowIfNull(grant);
            policies.Add(grant.ToPolicy());
            words.Add(Describe(grant));
        }

        return new Mandate(
            LoadedPolicies.Load([new PolicyText("mandate", string.Join('\n', policies), "mandate")], s_rules, isMandate: true),
            string.Join("; ", words),
            RiskClass.Critical,
            TaskBudget.Unlimited);
    }

    /// <summary>Allows what a host's own policies permit, for mandates that grants cannot express. Never for text that a model wrote.</summary>
    /// <param name="source">The policies.</param>
    /// <param name="description">What they allow, in words.</param>
    /// <exception cref="PolicyLoadException">The source cannot be read or a policy is wrong.</exception>
    public static Mandate FromPolicies(PolicySource source, string description)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        try
        {
            return new Mandate(LoadedPolicies.Load(source.Read(), s_rules, isMandate: true), description, RiskClass.Critical, TaskBudget.Unlimited);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PolicyLoadException([e.Message], e);
        }
    }

    /// <summary>Allows whatever the policies permit. A mandate too, but one that somebody wrote down and answers for.</summary>
    /// <param name="justification">Why nothing narrower will do; it goes into the audit.</param>
    public static Mandate WhateverPoliciesPermit(string justification)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(justification);
        return new Mandate(null, $"whatever the policies permit, because: {justification}", RiskClass.Critical, TaskBudget.Unlimited);
    }

    /// <summary>The same mandate with a ceiling on the risk class of tools.</summary>
    /// <param name="ceiling">The highest class allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the named risk classes.</exception>
    public Mandate WithRiskCeiling(RiskClass ceiling) =>
        Enum.IsDefined(ceiling)
            ? new(_policies, _grants, ceiling, Budget) { ScoreCeiling = ScoreCeiling, CredentialScopes = CredentialScopes, Containment = Containment }
            : throw new ArgumentOutOfRangeException(nameof(ceiling), ceiling, "Use one of the named risk classes.");

    /// <summary>The same mandate with a ceiling on the risk score of calls: one above it needs a person's approval.</summary>
    /// <param name="ceiling">The highest score, 0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not from 0 to 100.</exception>
    public Mandate WithScoreCeiling(int ceiling)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ceiling);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ceiling, 100);
        return new(_policies, _grants, RiskCeiling, Budget) { ScoreCeiling = ceiling, CredentialScopes = CredentialScopes, Containment = Containment };
    }

    /// <summary>The same mandate with a budget, in place of the one it had.</summary>
    /// <param name="budget">The budget.</param>
    public Mandate WithBudget(TaskBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new(_policies, _grants, RiskCeiling, budget) { ScoreCeiling = ScoreCeiling, CredentialScopes = CredentialScopes, Containment = Containment };
    }

    /// <summary>The same mandate, in which a credential profile gives these of its scopes at most. Profiles that are not named give all of theirs.</summary>
    /// <param name="profile">The profile's name.</param>
    /// <param name="scopes">The scopes that are left; none to give no such credential at all.</param>
    /// <exception cref="ArgumentException">The profile is narrowed already, or a name is not valid.</exception>
    public Mandate WithCredentialScopes(string profile, params ReadOnlySpan<string> scopes)
    {
        ImmutableArray<string>.Builder valid = ImmutableArray.CreateBuilder<string>(scopes.Length);
        foreach (string scope in scopes)
        {
            valid.Add(Identifier.Validate(scope, "scope"));
        }

        return new(_policies, _grants, RiskCeiling, Budget)
        {
            ScoreCeiling = ScoreCeiling,
            Containment = Containment,
            CredentialScopes = CredentialScopes.Add(Identifier.Validate(profile, "credential profile"), valid.ToImmutable()),
        };
    }

    /// <summary>The same mandate, in which contained calls may touch what lies within these bounds at most, on top of those it had.</summary>
    /// <param name="bounds">The bounds. What they leave open, the profiles decide.</param>
    public Mandate WithContainment(ContainmentBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return new(_policies, _grants, RiskCeiling, Budget)
        {
            ScoreCeiling = ScoreCeiling,
            CredentialScopes = CredentialScopes,
            Containment = Containment?.Intersect(bounds) ?? bounds,
        };
    }

    /// <summary>What is left of a profile's scopes, in the profile's order.</summary>
    internal ImmutableArray<string> NarrowScopes(string profile, ImmutableArray<string> scopes) =>
        CredentialScopes.TryGetValue(profile, out ImmutableArray<string> left) ? [.. scopes.Where(s => left.Contains(s))] : scopes;

    /// <summary>The mandate's answer, or null when it leaves everything to the policies.</summary>
    internal Verdict? Evaluate(PolicyRequest request) => _policies is null ? null : PolicyEvaluation.Evaluate(_policies, request);

    /// <summary>What is wrong with its policies, given the tools there are: a name that nothing has, a constraint on another type.</summary>
    internal IReadOnlyList<string> Check(PolicySchema schema, Cedar.ValidationMode mode)
    {
        List<string> problems = [];
        if (_policies is not null)
        {
            SchemaCheck.Check(_policies, schema, mode, problems, warnings: []);
        }

        return problems;
    }

    internal bool CouldPermit(ToolDescriptor tool, PartialPolicyRequest request) =>
        tool.Risk <= RiskCeiling && (_policies is null || PolicyEvaluation.CouldPermit(_policies, request));

    private static string Describe(MandateGrant grant)
    {
        string on = grant.Resource is { } uid ? $" on {uid}" : "";
        string where = grant.Constraints.Count == 0
            ? ""
            : $" with {string.Join(", ", grant.Constraints.OrderBy(static c => c.Key, StringComparer.Ordinal).Select(static c => $"{c.Key} {c.Value.Description}"))}";
        return $"{string.Join(", ", grant.Actions)}{on}{where}";
    }
}
