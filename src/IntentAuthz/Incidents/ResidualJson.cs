using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a stop did in one process, as the data of an entry.</summary>
internal static class ResidualJson
{
    private const int MaxWindows = 512;

    internal static string Write(RevocationTarget target, int calls, ImmutableArray<ResidualWindow> residuals) => IncidentJson.Object(writer =>
    {
        writer.WriteString("target"u8, $"{target.Kind}");
        writer.WriteNumber("callsCancelled"u8, calls);
        writer.WriteNumber("leases"u8, residuals.Length);
        writer.WriteStartArray("residuals"u8);
        foreach (ResidualWindow window in residuals.OrderByDescending(static w => w.Until).Take(MaxWindows))
        {
            writer.WriteStartObject();
            writer.WriteString("lease"u8, window.Lease.Value);
            IncidentJson.Text(writer, "audience", window.Audience);
            writer.WriteString("speed"u8, window.Speed.ToString());
            writer.WriteString("until"u8, window.Until.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteBoolean("confirmed"u8, window.Confirmed);
            writer.WriteBoolean("queued"u8, window.IsQueuedDurably);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>The windows that all entries of a timeline tell of, the last word on each lease.</summary>
    internal static ImmutableArray<ResidualWindow> ReadAll(Incident incident)
    {
        Dictionary<LeaseId, ResidualWindow> windows = [];
        foreach (IncidentEntry entry in incident.Entries)
        {
            if (entry.Kind == IncidentEntryKind.Stopped && entry.Data is { } data)
            {
                Read(data, windows);
            }
        }

        return [.. windows.Values];
    }

    private static void Read(string data, Dictionary<LeaseId, ResidualWindow> windows)
    {
        try
        {
            foreach (JsonElement window in JsonElement.Parse(data).GetProperty("residuals"u8).EnumerateArray())
            {
                LeaseId lease = new(window.GetProperty("lease"u8).GetString()!);
                windows[lease] = new ResidualWindow(
                    lease, window.GetProperty("audience"u8).GetString() ?? "", Enum.Parse<RevocationSpeed>(window.GetProperty("speed"u8).GetString()!),
                    DateTimeOffset.Parse(window.GetProperty("until"u8).GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                    window.GetProperty("confirmed"u8).GetBoolean(), window.GetProperty("queued"u8).GetBoolean());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or FormatException)
        {
            // Another version's. What it says cannot be told here; it stays in the timeline.
        }
    }
}
