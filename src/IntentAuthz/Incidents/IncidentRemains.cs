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
    internal static ImmutableArray<SecretRotation> ReadAll(Incident incident)
    {
        Dictionary<(string, string), SecretRotation> rotations = [];
        foreach (IncidentEntry entry in incident.Entries)
        {
            if (entry.Kind == IncidentEntryKind.Rotated && entry.Data is { } data)
            {
                Read(data, rotations);
            }
        }

        return [.. rotations.Values];
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

    internal static string Write(ImmutableArray<SecretRotation> rotations) => IncidentJson.Object(writer =>
    {
        writer.WriteStartArray("rotations"u8);
        foreach (SecretRotation rotation in rotations.Take(256))
        {
            writer.WriteStartObject();
            IncidentJson.Text(writer, "issuer", rotation.Issuer);
            IncidentJson.Text(writer, "profile", rotation.Profile);
            writer.WriteString("state"u8, rotation.State.ToString());
            IncidentJson.Text(writer, "message", rotation.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
