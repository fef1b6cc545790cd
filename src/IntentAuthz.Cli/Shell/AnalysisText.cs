using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntentAuthz.Containment;

namespace IntentAuthz.Cli.Shell;

/// <summary>An analysis as text.</summary>
internal static class AnalysisText
{
    // A terminal and a line-wise reader get no control characters; what else JSON needs escaped is.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON object, on one line.</summary>
    public static string Json(ShellAnalysis analysis)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("parsed", analysis.IsParsed);
            Array(writer, "programs", analysis.Programs.Select(program => program.Name).Distinct());
            Array(writer, "reads", analysis.Reads);
            Array(writer, "writes", analysis.Writes);
            Array(writer, "deletes", analysis.Deletes);
            Array(writer, "connects", analysis.Connects.Select(endpoint => endpoint.ToString()));
            writer.WriteBoolean("opaque", analysis.IsOpaque);
            Array(writer, "reasons", analysis.Reasons.Select(reason => $"{reason.Reason}: {reason.Message}").Distinct());
            Array(writer, "code", analysis.Code);
            writer.WriteBoolean("opaqueByCodeAlone", analysis.IsOpaqueByCodeAlone);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Lines for people.</summary>
    public static string Readable(string command, ShellAnalysis analysis)
    {
        var text = new StringBuilder();
        text.Append("$ ").AppendLine(Printable(command.Length > 200 ? command[..200] + "…" : command));
        foreach (var error in analysis.Errors)
        {
            text.AppendLine($"  not parsed  at {error.Position}: {Printable(error.Message)}");
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
            text.AppendLine($"  {name,-10}  {Printable(value)}");
        }
    }

    // What a command holds must not move a terminal's cursor.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            printable.Append(char.IsControl(c) ? $"\\x{(int)c:x2}" : char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? "?" : c.ToString());
        }

        return printable.ToString();
    }
}
