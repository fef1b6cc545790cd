using System.Buffers;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>What policies read of a shell command, beside the command itself.</summary>
internal sealed class CommandFacts(ShellDialect dialect, int maxLength, ShellPrograms? programs)
{
    /// <summary>The most values in one list; a command with more is opaque.</summary>
    private const int MaxValues = 500;

    internal const string Schema = """
        {
          "properties": {
            "opaque": { "type": "boolean" },
            "reasons": { "type": "array", "items": { "type": "string" } },
            "programs": { "type": "array", "items": { "type": "string" } },
            "reads": { "type": "array", "items": { "type": "string" } },
            "writes": { "type": "array", "items": { "type": "string" } },
            "deletes": { "type": "array", "items": { "type": "string" } },
            "connects": { "type": "array", "items": { "type": "string" } },
            "listens": { "type": "array", "items": { "type": "string" } },
            "privileges": { "type": "array", "items": { "type": "string" } },
            "readsOutside": { "type": "array", "items": { "type": "string" } },
            "writesOutside": { "type": "array", "items": { "type": "string" } },
            "code": { "type": "array", "items": { "type": "string" } },
            "codeOutside": { "type": "array", "items": { "type": "string" } },
            "complete": { "type": "boolean" }
          },
          "required": ["opaque", "reasons", "programs", "reads", "writes", "deletes", "connects", "listens", "privileges", "readsOutside", "writesOutside", "code", "codeOutside", "complete"],
          "additionalProperties": false
        }
        """;

    // Where the workspace lies differs from task to task, so paths within it stay relative: what is absolute, or leads upwards, is outside.
    private readonly ShellAnalyzer _analyzer = new(new ShellAnalyzerOptions { Dialect = dialect, MaxLength = maxLength, Programs = programs });

    internal JsonElement Derive(JsonElement arguments)
    {
        ShellAnalysis analysis = _analyzer.Analyze(arguments.GetProperty("command").GetString()!);
        string[] changes = [.. analysis.Writes, .. analysis.Deletes];
        bool isOpaque = analysis.IsOpaque || !analysis.IsParsed;
        List<string> reasons = [.. analysis.Reasons.Select(static r => r.Reason.ToString()).Distinct(StringComparer.Ordinal)];
        if (!analysis.IsParsed)
        {
            reasons.Add("NotParsed");
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            Write("programs", analysis.Programs.Select(static p => p.Name));
            Write("reads", analysis.Reads);
            Write("writes", analysis.Writes);
            Write("deletes", analysis.Deletes);
            Write("connects", analysis.Connects.Select(static c => c.ToString()));
            Write("listens", analysis.Listens.Select(static c => c.ToString()));
            Write("privileges", analysis.Privileges);
            Write("readsOutside", analysis.Reads.Where(IsOutside));
            Write("writesOutside", changes.Where(IsOutside));
            Write("code", analysis.Code);
            Write("codeOutside", analysis.Code.Where(IsOutside));
            Write("reasons", reasons);
            writer.WriteBoolean("opaque", isOpaque);
            writer.WriteBoolean("complete", !isOpaque && analysis.IsComplete);
            writer.WriteEndObject();

            void Write(string name, IEnumerable<string> values)
            {
                string[] all = [.. values.Select(WellFormed).Distinct(StringComparer.Ordinal).Take(MaxValues + 1)];
                if (all.Length > MaxValues && !reasons.Contains(nameof(OpaqueReason.TooLarge)))
                {
                    isOpaque = true;
                    reasons.Add(nameof(OpaqueReason.TooLarge));
                }

                writer.WriteStartArray(name);
                foreach (string value in all.Take(MaxValues))
                {
                    writer.WriteStringValue(value);
                }

                writer.WriteEndArray();
            }
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Whether a command runs code that nobody has read, by what was derived from it.</summary>
    internal static bool RunsCode(JsonElement facts) => facts.GetProperty("code").GetArrayLength() > 0;

    private static bool IsOutside(string path) =>
        path.StartsWith('/') ? path is not ("/dev/null" or "/dev/zero" or "/dev/full") : path is ".." || path.StartsWith("../", StringComparison.Ordinal) || path.StartsWith('~');

    /// <summary>A command can hold what is no Unicode; policy text cannot.</summary>
    private static string WellFormed(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
