namespace IntentAuthz.Cedar.Syntax;

/// <summary>Collects the errors of one source. After <see cref="CedarLimits.MaxDiagnostics"/> it takes no more and says so.</summary>
internal sealed class DiagnosticBag(SourceText source)
{
    private readonly List<CedarDiagnostic> _diagnostics = [];

    public SourceText Source { get; } = source;

    public bool Any => _diagnostics.Count > 0;

    public bool IsFull => _diagnostics.Count >= CedarLimits.MaxDiagnostics;

    public void Add(string code, TextRange range, string message, string? help = null)
    {
        if (!IsFull)
        {
            _diagnostics.Add(new(code, message, Source.GetSpan(range), help));
        }
    }

    public IReadOnlyList<CedarDiagnostic> ToList()
    {
        if (!IsFull)
        {
            return [.. _diagnostics];
        }

        var last = _diagnostics[^1];
        return [.. _diagnostics, new(DiagnosticCodes.TooManyErrors, $"more than {CedarLimits.MaxDiagnostics} errors; the rest of the source was not read", last.Span)];
    }
}
