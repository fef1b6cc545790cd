namespace IntentAuthz.Cedar;

/// <summary>An annotation of a policy, <c>@name("value")</c> or the bare <c>@name</c>. It has no effect on view.</summary>
/// <param name="Name">The name, an identifier; reserved words are allowed here.</param>
/// <param name="Value">The value without quotes; the empty string for a bare annotation.</param>
/// <param name="HasValue">Whether a value was written.</param>
/// <param name="Span">Where the annotation stands, for error reports.</param>
public sealed record PolicyAnnotation(string Name, string Value, bool HasValue, SourceSpan Span);
