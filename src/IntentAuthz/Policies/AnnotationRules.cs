using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What annotations may say. Obligations ride on permits; <c>@id</c>, <c>@description</c> and the host's own keys are remarks. Any other
/// key fails the load, since a mistyped <c>@aproval</c> would otherwise drop an approval unseen; so does an obligation on a forbid.
/// </summary>
internal sealed class AnnotationRules
{
    private const int MaxQuorum = 10;
    private static readonly string[] s_obligations = ["approval", "credential", "contain", "redact", "rate"];
    private static readonly string[] s_remarks = ["id", "description"];

    private readonly FrozenSet<string> _known;

    internal AnnotationRules(IEnumerable<string> hostKeys) =>
        _known = s_obligations.Concat(s_remarks).Concat(hostKeys).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The obligations a policy carries; what is wrong with its annotations is added to the problems.</summary>
    internal Obligations Read(PolicyEffect effect, IReadOnlyList<PolicyAnnotation> annotations, bool isMandate, List<CedarDiagnostic> problems)
    {
        List<ApprovalRequirement> approvals = [];
        List<string> containments = [];
        List<string> redactions = [];
        List<RateLimit> rates = [];
        string? credential = null;
        foreach (PolicyAnnotation annotation in annotations)
        {
            if (!_known.Contains(annotation.Name))
            {
                problems.Add(new CedarDiagnostic(
                    "unknown-annotation", $"unknown annotation '@{annotation.Name}'{Nearest.Hint(annotation.Name, _known)} The host can register keys of its own.", annotation.Span));
                continue;
            }

            if (Array.IndexOf(s_obligations, annotation.Name) < 0)
            {
                continue;
            }

            if (effect == PolicyEffect.Forbid)
            {
                problems.Add(new CedarDiagnostic(
                    "misplaced-obligation", $"'@{annotation.Name}' on a forbid has no effect; obligations belong on permits.", annotation.Span));
                continue;
            }

            string[] values = annotation.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (values.Length == 0)
            {
                problems.Add(new CedarDiagnostic("invalid-annotation", $"'@{annotation.Name}' needs a value.", annotation.Span));
                continue;
            }

            foreach (string value in values)
            {
                string? problem = annotation.Name switch
                {
                    "approval" => ReadApproval(value, approvals),
                    "credential" when isMandate => "a mandate only tightens, so it cannot grant a credential",
                    "credential" when credential is not null => "a policy names one credential",
                    "credential" => ReadName(value, out credential),
                    "contain" => ReadName(value, containments),
                    "redact" => ReadRedaction(value, redactions),
                    _ => ReadRate(value, rates),
                };
                if (problem is not null)
                {
                    problems.Add(new CedarDiagnostic("invalid-annotation", $"'@{annotation.Name}(\"{value}\")': {problem}.", annotation.Span));
                }
            }
        }

        if (approvals.Count == 0 && credential is null && containments.Count == 0 && redactions.Count == 0 && rates.Count == 0)
        {
            return Obligations.None;
        }

        return new Obligations
        {
            Approvals = [.. approvals.OrderBy(static a => a.Role, StringComparer.Ordinal)],
            Credential = credential,
            Containments = [.. containments.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Redactions = [.. redactions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Rates = [.. rates.Distinct()],
        };
    }

    private static string? ReadApproval(string value, List<ApprovalRequirement> approvals)
    {
        int colon = value.LastIndexOf(':');
        int count = 1;
        string role = value;
        if (colon >= 0)
        {
            role = value[..colon].TrimEnd();
            if (!int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxQuorum)
            {
                return $"write a role, or a role and a quorum of 1 to {MaxQuorum} such as \"finance:2\"";
            }
        }

        if (!Identifier.IsValid(role))
        {
            return "a role has 1 to 256 characters";
        }

        if (approvals.Exists(a => a.Role == role))
        {
            return "the role is named twice; use a quorum such as \"finance:2\"";
        }

        approvals.Add(new ApprovalRequirement(role, count));
        return null;
    }

    private static string? ReadName(string value, out string? name)
    {
        name = Identifier.IsValid(value) ? value : null;
        return name is null ? "a profile's name has 1 to 256 characters" : null;
    }

    private static string? ReadName(string value, List<string> names)
    {
        string? problem = ReadName(value, out string? name);
        if (name is not null)
        {
            names.Add(name);
        }

        return problem;
    }

    private static string? ReadRedaction(string value, List<string> redactions)
    {
        if (value != "result" && !value.StartsWith("result.", StringComparison.Ordinal))
        {
            return "write \"result\" or a path below it, such as \"result.ssn\"";
        }

        if (value.Split('.').Any(string.IsNullOrEmpty))
        {
            return "a path has no empty part";
        }

        redactions.Add(value);
        return null;
    }

    private static string? ReadRate(string value, List<RateLimit> rates)
    {
        if (!RateLimit.TryParse(value, out RateLimit limit))
        {
            return "write a count of 1 to 10000, a slash and a window of at most 30 days, such as \"5/1m\"";
        }

        rates.Add(limit);
        return null;
    }
}
