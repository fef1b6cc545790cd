using System.Text.Json;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary>One thing found in policies, whoever found it: the parser, the validator, or the reader of files.</summary>
internal sealed record PolicyFinding(bool IsError, string Code, string Message, string? Policy, SourceSpan Span, string? Help)
{
    /// <summary>What a parser, or the check of annotations, has found.</summary>
    public static PolicyFinding Of(CedarDiagnostic found) => new(IsError: true, found.Code, found.Message, null, found.Span, found.Help);

    /// <summary>The finding as one line that editors understand: <c>file:line:column: error code: message (help)</c>.</summary>
    public override string ToString() => Printable.Text(
        $"{Place}: {(IsError ? "error" : "warning")} {Code}: {Message}{(Policy is null ? "" : $" (policy '{Policy}')")}{(Help is null ? "" : $" ({Help})")}");

    private string Place => Span.IsKnown ? $"{Span.Source}:{Span.Line}:{Span.Column}" : Span.Source ?? "policies";

    /// <summary>Writes the finding as a JSON object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("severity", IsError ? "error" : "warning");
        writer.WriteString("code", Code);
        writer.WriteString("message", Message);
        foreach (var (name, value) in new[] { ("policy", Policy), ("help", Help), ("file", Span.Source) })
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }

        if (Span.IsKnown)
        {
            writer.WriteNumber("line", Span.Line);
            writer.WriteNumber("column", Span.Column);
        }

        writer.WriteEndObject();
    }
}
