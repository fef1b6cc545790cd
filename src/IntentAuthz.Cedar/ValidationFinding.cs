using System.Globalization;

namespace IntentAuthz.Cedar;

/// <summary>One thing that validation found: an error or a warning.</summary>
/// <param name="Code">A stable code such as <c>unknown-attribute</c>; docs/cedar-schema.md lists them.</param>
/// <param name="Message">What is wrong, for people. The wording may change between versions.</param>
/// <param name="PolicyId">The policy or template, or null for a finding about a request or an entity.</param>
/// <param name="Span">Where it is; unknown for a policy that was not read from text, and for requests and entities.</param>
/// <param name="Help">What to do about it, or null.</param>
public sealed record ValidationFinding(string Code, string Message, string? PolicyId = null, SourceSpan Span = default, string? Help = null)
{
    /// <summary>The finding in the form that editors and build logs understand.</summary>
    public override string ToString()
    {
        var help = Help is null ? "" : $" ({Help})";
        return PolicyId is null
            ? $"{Code}: {Message}{help}"
            : string.Create(CultureInfo.InvariantCulture, $"{Span}: {Code}: {PolicyId}: {Message}{help}");
    }
}
