using System.Text.Json;

namespace IntentAuthz;

/// <summary>The kinds of notes that a key begins with, and how the small ones are written.</summary>
internal static class TaskNotes
{
    /// <summary>A call under way, by its id: its digest, or nothing where repeating it is harmless. As long as it stands the worst is assumed of the call.</summary>
    internal const string Call = "call";

    /// <summary>A call whose end is unknown, by its digest.</summary>
    internal const string Open = "open";

    /// <summary>An approval request that is pending, approved or refused, by its id.</summary>
    internal const string Approval = "approval";

    /// <summary>A signal, by its place.</summary>
    internal const string Signal = "signal";

    /// <summary>An effect that was denied, by its hash: the tool.</summary>
    internal const string Effect = "effect";

    internal const string Service = "service";
    internal const string Tool = "tool";
    internal const string Group = "group";

    /// <summary>A profile of which the task was lent a credential, with the issuer that made it. No name has a line break.</summary>
    internal const string Lent = "lent";

    /// <summary>A resource that was touched, by its hash.</summary>
    internal const string Resource = "resource";

    internal static string WriteLent(string issuer, string profile) => $"{issuer}\n{profile}";

    internal static (string Issuer, string Profile) ReadLent(string name) => name.IndexOf('\n', StringComparison.Ordinal) is var at and > 0
        ? (name[..at], name[(at + 1)..])
        : throw new FormatException("A kept note of a lent credential cannot be read.");

    /// <summary>What a note of any kind says of a credential that was lent; null where it is of something else.</summary>
    internal static (string Issuer, string Profile)? FindLent(string key) => key.StartsWith(TaskNote.LentPrefix, StringComparison.Ordinal) ? ReadLent(key[TaskNote.LentPrefix.Length..]) : null;

    internal static CallDigest Digest(string hex) => new(Convert.FromHexString(hex) is { Length: 32 } bytes ? bytes : throw new FormatException("A kept digest is too short."));

    internal static string WriteSignal(Signal signal) => NoteJson.Write(writer =>
    {
        writer.WriteString("kind"u8, signal.Kind.ToString());
        writer.WriteNumber("at"u8, signal.Time.UtcTicks);
        writer.WriteString("task"u8, signal.Task.Value);
        writer.WriteString("call"u8, signal.Call?.Value);
        writer.WriteString("evidence"u8, signal.Evidence);
        writer.WriteString("response"u8, signal.Response.ToString());
    });

    internal static Signal ReadSignal(JsonElement json) => new(
        Enum.Parse<SignalKind>(json.GetProperty("kind"u8).GetString()!),
        new DateTimeOffset(json.GetProperty("at"u8).GetInt64(), TimeSpan.Zero),
        new TaskId(json.GetProperty("task"u8).GetString()!),
        json.GetProperty("call"u8).GetString() is { } call ? new CallId(call) : null,
        json.GetProperty("evidence"u8).GetString()!,
        Enum.Parse<SignalResponse>(json.GetProperty("response"u8).GetString()!));
}
