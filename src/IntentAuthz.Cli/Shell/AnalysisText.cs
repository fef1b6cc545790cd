using System.Text;
using System.Text.Json;
using IntentAuthz.Cli.Output;
using IntentAuthz.Containment;

namespace IntentAuthz.Cli.Shell;

/// <summary>An analysis as text.</summary>
internal static class AnalysisText
{
    /// <summary>The members of a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, ShellAnalysis analysis)
    {
        writer.WriteBoolean("parsed", analysis.IsParsed);
        Array(writer, "programs", analysis.Programs.Select(program => program.Name).Distinct());
        Array(writer, "reads", analysis.Reads);
        Array(writer, "writes", analysis.Writes);
        Array(writer, "deletes", analysis.Deletes);
        Array(writer, "connects", analysis.Connects.Select(endpoint => endpoint.ToString()));
        writer.WriteBoolean("opaque", analysis.IsOpaque);
        Array(writer, "reasons", analysis.Reasons.Select(reason => $"{reason.Reason}: {reason.Message}").Distinct());
        Array(writer, "code", analysis.Code);
        writer.WriteBoolean("complete", analysis.IsComplete);
    }

    /// <summary>Lines for people.</summary>
    public static string Readable(string command, ShellAnalysis analysis)
    {
        var text = new StringBuilder();
        text.Append("$ ").AppendLine(Printable.Text(command, length: 200));
        foreach (var error in analysis.Errors)
        {
            text.AppendLine($"  not parsed  at {error.Position}: {Printable.Text(error.Message)}");
        }

        Lines(text, "runs", analysis.Programs.Select(program => string.Join(' ', program.Arguments.Select(argument => argument ?? "…").Prepend(program.Name))));
        Lines(text, "reads", analysis.Reads);
        Lines(text, "writes", analysis.Writes);
        Lines(text, "deletes", analysis.Deletes);
        Lines(text, "connects", analysis.Connects.Select(endpoint => endpoint.ToString()));
        Lines(text, "listens", analysis.Listens.Select(endpoint => endpoint.ToString()));
        Lines(text, "code", analysis.Code);
        Lines(text, "sets", analysis.Variables.Select(variable => variable.Name));
        Lines(text, "privilege", analysis.Privileges);
        Lines(text, "opaque", analysis.Reasons.Select(reason => $"{reason.Reason} at {reason.Position}: {reason.Message}"));
        return text.ToString();
    }

    private static void Array(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void Lines(StringBuilder text, string name, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            text.AppendLine($"  {name,-10}  {Printable.Text(value)}");
        }
    }
}
