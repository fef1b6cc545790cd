namespace IntentAuthz.Cedar;

/// <summary>One error found in a policy source.</summary>
/// <param name="Code">A stable code such as <c>unexpected-token</c>; docs/cedar.md lists them.</param>
/// <param name="Message">What is wrong, for people. The wording may change between versions.</param>
/// <param name="Span">Where it is.</param>
/// <param name="Help">What to do about it, or null.</param>
public sealed record CedarDiagnostic(string Code, string Message, SourceSpan Span, string? Help = null)
{
    /// <summary>The diagnostic in the form that editors and build logs understand: <c>file(line,col): error code: message (help)</c>.</summary>
    public override string ToString() =>
        Help is null ? $"{Span}: error {Code}: {Message}" : $"{Span}: error {Code}: {Message} ({Help})";
}
