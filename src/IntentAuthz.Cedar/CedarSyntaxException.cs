namespace IntentAuthz.Cedar;

/// <summary>Thrown when policy text is refused. The text is refused whole: no policy of it takes effect.</summary>
public sealed class CedarSyntaxException : FormatException
{
    /// <summary>Creates the exception for the errors found.</summary>
    /// <param name="diagnostics">At least one error, in source order.</param>
    public CedarSyntaxException(IReadOnlyList<CedarDiagnostic> diagnostics)
        : base(Describe(diagnostics))
    {
        Diagnostics = diagnostics;
    }

    /// <summary>The errors, in source order.</summary>
    public IReadOnlyList<CedarDiagnostic> Diagnostics { get; }

    private static string Describe(IReadOnlyList<CedarDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        return string.Join(Environment.NewLine, diagnostics);
    }
}
