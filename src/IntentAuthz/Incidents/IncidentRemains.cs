using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Says what is left after authority was taken away.</summary>
internal static class IncidentRemains
{
    private const int MaxTold = 64;

    internal static IEnumerable<string> Of(ImmutableArray<ResidualWindow> residuals, ImmutableArray<SecretRotation> rotations, DateTimeOffset now)
    {
        ResidualWindow[] open = [.. residuals.Where(w => w.Until > now && (!w.Confirmed || w.Speed != RevocationSpeed.Immediate)).OrderByDescending(static w => w.Until)];
        foreach (ResidualWindow window in open.Take(MaxTold))
        {
            string until = window.Until == DateTimeOffset.MaxValue ? "without end" : $"until {window.Until.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}";
            yield return $"the credential of {window.Lease} may be honoured at {ShownText.Of(window.Audience, 128)} {until}"
                + (window.Confirmed ? "" : "; unmaking it is not confirmed and is tried on");
        }

        if (open.Length > MaxTold)
        {
            yield return $"{open.Length - MaxTold} further credentials may still be honoured";
        }

        foreach (SecretRotation rotation in rotations.Where(static r => r.Remains))
        {
            yield return $"replace the secret of '{ShownText.Of(rotation.Profile, 128)}' ({ShownText.Of(rotation.Issuer, 128)}) by hand: {rotation.Message}";
        }
    }

    /// <summary>What all hosts told, the last word on each secret.</summary>
    internal static ImmutableArray<SecretRotation> ReadAll(Incident incident) => Read(incident.Entries);

    /// <summary>The same since the subject was last given back its authority: what it was lent after that has to be renewed again.</summary>
    internal static ImmutableArray<SecretRotation> SinceReopened(Incident incident)
    {
        int reopened = incident.Entries.Length - 1;
        while (reopened >= 0 && incident.Entries[reopened].Kind != IncidentEntryKind.Reopened)
        {
            reopened--;
        }

        return Read(incident.Entries[(reopened + 1)..]);
    }

    /// <summary>What hosts could not say, the last word of each. Of a task one that knows it is enough.</summary>
    internal static ImmutableArray<string> ReadUnknown(Incident incident)
    {
        Dictionary<string, ImmutableArray<string>> unknown = new(StringComparer.Ordinal);
        foreach (IncidentEntry entry in incident.Entries)
        {
            if (entry.Kind == IncidentEntryKind.Rotated)
            {
                unknown[entry.Origin] = ReadUnknown(entry.Data);
            }
        }

        return incident.Subject.Kind == RevocationKind.Task && unknown.Values.Any(static u => u.IsEmpty)
            ? []
            : [.. unknown.Values.SelectMany(static u => u).Distinct(StringComparer.Ordinal)];
    }

    private static ImmutableArray<SecretRotation> Read(ImmutableArray<IncidentEntry> entries)
    {
        Dictionary<(string, string), SecretRotation> rotations = [];
        foreach (IncidentEntry entry in entries)
        {
            if (entry.Kind == IncidentEntryKind.Rotated && entry.Data is { } data)
            {
                Read(data, rotations);
            }
        }

        return [.. rotations.Values];
    }

    private static ImmutableArray<string> ReadUnknown(string? data)
    {
        try
        {
            return [.. JsonElement.Parse(data ?? "").GetProperty("unknown"u8).EnumerateArray().Select(static u => ShownText.Of(u.GetString(), IncidentEntry.MaxText))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return ["what a host said of the secrets that were lent cannot be read; the timeline has it"];
        }
    }

    private static void Read(string data, Dictionary<(string, string), SecretRotation> rotations)
    {
        try
        {
            foreach (JsonElement rotation in JsonElement.Parse(data).GetProperty("rotations"u8).EnumerateArray())
            {
                SecretRotation read = new(
                    rotation.GetProperty("issuer"u8).GetString() ?? "", rotation.GetProperty("profile"u8).GetString() ?? "",
                    Enum.Parse<RotationState>(rotation.GetProperty("state"u8).GetString()!), ShownText.Of(rotation.GetProperty("message"u8).GetString(), IncidentEntry.MaxText));
                rotations[(read.Issuer, read.Profile)] = read;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            // Another version's. What it says cannot be told here; it stays in the timeline.
        }
    }

    internal static string Write(ImmutableArray<SecretRotation> rotations, ImmutableArray<string> unknown) => IncidentJson.Object(writer =>
    {
        writer.WriteStartArray("rotations"u8);
        foreach (SecretRotation rotation in rotations)
        {
            writer.WriteStartObject();
            IncidentJson.Text(writer, "issuer", rotation.Issuer);
            IncidentJson.Text(writer, "profile", rotation.Profile);
            writer.WriteString("state"u8, rotation.State.ToString());
            IncidentJson.Text(writer, "message", rotation.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        IncidentJson.List(writer, "unknown", unknown, 8);
    });
}
