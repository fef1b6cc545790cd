using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// The findings of one policy: the same one in several request environments counts once, and after
/// <see cref="CedarLimits.MaxDiagnostics"/> no more are taken.
/// </summary>
internal sealed class FindingList(string policyId, PolicyBody body)
{
    private readonly HashSet<(string Code, TextRange Range, string Message)> _known = [];
    private readonly List<ValidationFinding> _findings = [];

    public IReadOnlyList<ValidationFinding> Findings => _findings;

    public void Add(string code, TextRange range, string message, string? help = null)
    {
        if (_findings.Count > CedarLimits.MaxDiagnostics || !_known.Add((code, range, message)))
        {
            return;
        }

        _findings.Add(_findings.Count == CedarLimits.MaxDiagnostics
            ? new(DiagnosticCodes.TooManyErrors, string.Create(CultureInfo.InvariantCulture, $"more than {CedarLimits.MaxDiagnostics} findings in this policy"), policyId, body.GetSpan(body.Range))
            : new(code, message, policyId, body.GetSpan(range), help));
    }
}
