using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>A set of policies whose annotations were checked, with what evaluating it needs at hand. Immutable; swapped as a whole.</summary>
internal sealed class LoadedPolicies
{
    private readonly FrozenDictionary<string, Loaded> _byId;

    private LoadedPolicies(PolicySet set, FrozenDictionary<string, Loaded> byId, string version)
    {
        Set = set;
        Compiled = set.Compile();
        _byId = byId;
        Version = version;
        Needs = new ContextNeeds(set);
    }

    internal PolicySet Set { get; }

    /// <summary>The policies as they are evaluated.</summary>
    internal CompiledPolicySet Compiled { get; }

    internal string Version { get; }

    /// <summary>Which members of the context an action's policies read.</summary>
    internal ContextNeeds Needs { get; }

    internal Obligations ObligationsOf(string policyId) => _byId[policyId].Obligations;

    /// <summary>The verdict where this permit alone applies and nothing failed, which most are: always the same.</summary>
    internal Verdict PermitOf(string policyId) => _byId[policyId].Permit(policyId);

    /// <summary>What a policy asks for, or null where the set has none of this id.</summary>
    internal Obligations? FindObligations(string policyId) => _byId.TryGetValue(policyId, out Loaded? loaded) ? loaded.Obligations : null;

    /// <summary>Whether an error in this policy denies: it is a forbid, which might have forbidden, or a permit with obligations.</summary>
    internal bool ErrorDenies(string policyId) =>
        _byId[policyId] is var loaded && (loaded.Effect == PolicyEffect.Forbid || !loaded.Obligations.IsNone);

    /// <summary>Parses and checks texts; every problem of every text is reported, and one refuses the whole set.</summary>
    internal static LoadedPolicies Load(IEnumerable<PolicyText> texts, AnnotationRules rules, bool isMandate = false)
    {
        List<string> problems = [];
        List<CedarDiagnostic> misread = [];
        Dictionary<string, Policy> policies = new(StringComparer.Ordinal);
        Dictionary<string, Loaded> byId = new(StringComparer.Ordinal);
        StringBuilder all = new();
        foreach (PolicyText text in texts)
        {
            all.Append(text.Text).Append('\0');
            PolicySet? parsed = text.Parsed;
            if (parsed is null && !PolicySet.TryParse(text.Text, text.Name, out parsed, out IReadOnlyList<CedarDiagnostic> diagnostics))
            {
                problems.AddRange(diagnostics.Select(static d => d.ToString()));
                continue;
            }

            int number = 0;
            foreach (Policy policy in parsed.Policies)
            {
                number++;
                string id = text.Parsed is not null ? policy.Id
                    : policy.Annotations.FirstOrDefault(static a => a.Name == "id")?.Value is { Length: > 0 } given ? given
                    : $"{text.ShortName}#{number}";
                if (!policies.TryAdd(id, policy.WithId(id)))
                {
                    problems.Add($"{policy.Source}: error: a second policy with the id '{id}'; ids are unique over all files, so give this one an @id of its own.");
                    continue;
                }

                byId.Add(id, new Loaded(policy.Effect, rules.Read(policy.Effect, policy.Annotations, isMandate, misread)));
                problems.AddRange(misread.Select(static m => m.ToString()));
                misread.Clear();
            }
        }

        if (problems.Count > 0)
        {
            throw new PolicyLoadException([.. problems]);
        }

        string version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
        return new LoadedPolicies(PolicySet.Create(policies.Values), byId.ToFrozenDictionary(StringComparer.Ordinal), version);
    }

    private sealed class Loaded(PolicyEffect effect, Obligations obligations)
    {
        private Verdict? _permit;

        internal PolicyEffect Effect => effect;

        internal Obligations Obligations => obligations;

        internal Verdict Permit(string id) => _permit ??= new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, [id], [], obligations);
    }
}
