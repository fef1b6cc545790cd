namespace IntentAuthz.Cedar;

/// <summary>Thrown when a schema is refused. It is refused whole.</summary>
public sealed class CedarSchemaException : FormatException
{
    /// <summary>Creates the exception for the errors found.</summary>
    /// <param name="diagnostics">At least one error.</param>
    public CedarSchemaException(IReadOnlyList<CedarDiagnostic> diagnostics)
        : base(Describe(diagnostics))
    {
        Diagnostics = diagnostics;
    }

    /// <summary>The errors; those of one source in the order in which they were found.</summary>
    public IReadOnlyList<CedarDiagnostic> Diagnostics { get; }

    private static string Describe(IReadOnlyList<CedarDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        return string.Join(Environment.NewLine, diagnostics);
    }
}
