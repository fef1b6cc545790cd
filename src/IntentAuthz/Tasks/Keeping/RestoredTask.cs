using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a store has handed over of a task, sorted: the facts, the standing, and what was under way. Reading fails as a whole when any of it cannot
/// be understood, so that nothing that counts is skipped.
/// </summary>
internal sealed class RestoredTask
{
    private RestoredTask(TaskRecord record, JsonElement facts, JsonElement standing)
    {
        Record = record;
        Standing = standing;
        OpenedBy = NoteJson.Principal(facts.GetProperty("openedBy"u8));
        OpeningObligations = NoteJson.Obligations(facts.GetProperty("opening"u8));
        OpeningApproval = facts.GetProperty("approval"u8).GetString() is { } id ? new ApprovalId(id) : null;
        KeptAt = new DateTimeOffset(standing.GetProperty("at"u8).GetInt64(), TimeSpan.Zero);
        HasSeen = standing.GetProperty("seen"u8).GetBoolean();
        IsSuspendedOtherwise = standing.GetProperty("suspendedOtherwise"u8).GetBoolean();
    }

    internal TaskRecord Record { get; }

    internal JsonElement Standing { get; }

    internal Principal OpenedBy { get; }

    internal Obligations OpeningObligations { get; }

    internal ApprovalId? OpeningApproval { get; }

    /// <summary>When the standing was last written, in wall-clock time.</summary>
    internal DateTimeOffset KeptAt { get; }

    /// <summary>Whether it had read any result.</summary>
    internal bool HasSeen { get; }

    /// <summary>Whether something else than an incident had suspended it.</summary>
    internal bool IsSuspendedOtherwise { get; }

    /// <summary>The calls that were under way: how they ended nobody knows. The digest of one that must not be repeated unasked, or null.</summary>
    internal List<(string Key, CallDigest? Digest)> Calls { get; } = [];

    /// <summary>Calls of which it was known that nobody knows how they ended.</summary>
    internal List<CallDigest> Open { get; } = [];

    internal List<KeptApproval> Approvals { get; } = [];

    internal List<Signal> Signals { get; } = [];

    internal List<(string Hash, string Tool)> DeniedEffects { get; } = [];

    /// <summary>Names that were reached, by kind.</summary>
    internal List<(string Kind, string Name)> Marks { get; } = [];

    /// <exception cref="FormatException">A note cannot be understood.</exception>
    internal static RestoredTask Read(TaskRecord record)
    {
        try
        {
            Dictionary<string, string> notes = record.Notes.ToDictionary(static n => n.Key, static n => n.Value!, StringComparer.Ordinal);
            RestoredTask read = new(record, JsonElement.Parse(notes[TaskFacts.Key]), JsonElement.Parse(notes[TaskStanding.Key]));
            foreach ((string key, string value) in notes)
            {
                int slash = key.IndexOf('/', StringComparison.Ordinal);
                if (slash >= 0)
                {
                    read.Take(key[..slash], key[(slash + 1)..], value);
                }
            }

            return record.State <= TaskState.Suspended ? read : throw new FormatException($"A kept task is {record.State}.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new FormatException($"The notes of task {record.Id} cannot be read ({e.GetType().Name}).", e);
        }
    }

    private void Take(string kind, string name, string value)
    {
        switch (kind)
        {
            case TaskNotes.Call:
                Calls.Add(($"{kind}/{name}", value.Length == 0 ? null : TaskNotes.Digest(value)));
                break;
            case TaskNotes.Open:
                Open.Add(TaskNotes.Digest(name));
                break;
            case TaskNotes.Approval:
                Approvals.Add(KeptApproval.Read(name, JsonElement.Parse(value)));
                break;
            case TaskNotes.Signal:
                Signals.Add(TaskNotes.ReadSignal(JsonElement.Parse(value)));
                break;
            case TaskNotes.Effect:
                DeniedEffects.Add((name, value));
                break;
            case TaskNotes.Service or TaskNotes.Tool or TaskNotes.Group or TaskNotes.Resource or TaskNotes.Lent:
                _ = kind == TaskNotes.Lent ? TaskNotes.ReadLent(name) : default; // what cannot be understood fails the reading here, not later
                Marks.Add((kind, name));
                break;
            default:
                throw new FormatException($"A note of the kind '{kind}' is of a newer version.");
        }
    }
}
