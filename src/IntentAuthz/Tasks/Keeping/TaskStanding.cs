using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// The counters and marks of a task in one note, written anew with every write. They are read one after another while calls go on: since they only
/// get worse, but for what is given back of a budget, a mixture of two moments is never better than the earlier one.
/// </summary>
internal static class TaskStanding
{
    internal const string Key = "standing";

    internal static string Write(AgentTask task, TimeProvider time) => NoteJson.Write(writer =>
    {
        writer.WriteNumber("at"u8, time.GetUtcNow().UtcTicks);
        writer.WriteBoolean("seen"u8, task.Values.HasSeen);
        writer.WriteBoolean("suspendedOtherwise"u8, task.IsSuspendedOtherwise);
        writer.WriteStartObject("history"u8);
        task.History.Keep(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("signals"u8);
        task.Signals.Keep(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("budget"u8);
        task.Budget.Keep(writer);
        writer.WriteEndObject();
    });

    /// <summary>Wall-clock time of something that was so long ago, in ticks; 0 for never.</summary>
    internal static long WallTicks(TimeProvider time, TimeSpan? since) => since is { } ago ? (time.GetUtcNow() - ago).UtcTicks : 0;

    /// <summary>A timestamp of the monotonic clock for that moment, or for now if the clock has been set back behind it; 0 for never.</summary>
    internal static long Timestamp(TimeProvider time, long wallTicks)
    {
        if (wallTicks == 0)
        {
            return 0;
        }

        TimeSpan ago = TimeSpan.FromTicks(Math.Max(0, time.GetUtcNow().UtcTicks - wallTicks));
        return Math.Max(1, time.GetTimestamp() - (long)(ago.TotalSeconds * time.TimestampFrequency));
    }
}
