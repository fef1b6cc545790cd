using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>Runs one command and says what came of it.</summary>
internal static class ShellRun
{
    private const int MaxPaths = 100;

    internal static async ValueTask<ToolResult> RunAsync(CodeToolOptions options, ToolInvocation invocation, OsCallContainment containment, CancellationToken cancellationToken)
    {
        WorkspaceSnapshot? before = containment.Workspace?.TakeSnapshot();
        ProcessOutcome outcome;
        try
        {
            outcome = await containment.RunAsync(
                new ProcessStart(options.Shell) { Arguments = ["-c", invocation.Arguments.GetProperty("command").GetString()!] }, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not WorkspaceException)
        {
            return ToolResult.FromText($"error: {e.Message}");
        }

        WorkspaceChanges? changes = before is null ? null : containment.Workspace!.ChangesSince(before);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Answer.Writing))
        {
            writer.WriteStartObject();
            if (outcome.ExitCode is { } code)
            {
                writer.WriteNumber("exit", code);
            }
            else
            {
                writer.WriteNumber("signal", outcome.Signal ?? 0);
            }

            if (outcome.LimitReached is { } limit)
            {
                writer.WriteString("limit", limit.ToString());
            }

            writer.WriteString("output", Answer.Cut(outcome.Output.Span, options.MaxAnswerLength));
            writer.WriteString("error", Answer.Cut(outcome.Error.Span, options.MaxAnswerLength));
            if (changes is not null)
            {
                Write(writer, "added", changes.Added);
                Write(writer, "changed", changes.Changed);
                Write(writer, "removed", changes.Removed);
                if (!changes.IsComplete)
                {
                    writer.WriteBoolean("changesMayBeMissing", true);
                }
            }

            writer.WriteEndObject();
        }

        return ToolResult.FromJson(JsonElement.Parse(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, string name, ImmutableArray<string> paths)
    {
        if (paths.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string path in paths.Take(MaxPaths))
        {
            writer.WriteStringValue(path);
        }

        if (paths.Length > MaxPaths)
        {
            writer.WriteStringValue($"[and {paths.Length - MaxPaths} more]");
        }

        writer.WriteEndArray();
    }
}
