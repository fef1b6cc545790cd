using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Writes what is known of an incident into a new directory: <c>incident.json</c>, <c>timeline.jsonl</c>, one <c>evidence-NNN.json</c> for each
/// time that evidence was taken, the audit's records about it with proofs, and <c>manifest.json</c> with the digests of all. All names are made
/// here, none of what an agent has chosen. Nothing that is there already is written over, and only the writer's user can read it.
/// <see cref="EvidenceVerifier"/> reads it again.
/// </summary>
public static class EvidenceFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Exports.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="directory">The directory to make. It may be there if it is empty.</param>
    /// <param name="auditLog">The audit log; null to leave it out.</param>
    /// <param name="cancellationToken">Ends it. What was written stays.</param>
    /// <exception cref="IOException">The directory cannot be written, or holds something.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static IncidentExport Write(Incident incident, string directory, AuditLog? auditLog = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string target = Path.GetFullPath(directory);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new IOException($"{target} is there and holds something; name a new directory for the evidence.");
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            Directory.CreateDirectory(target, OwnerOnly | UnixFileMode.UserExecute);
        }

        List<(string Name, long Bytes, string Sha256)> files = [];
        List<string> missing = [];
        Put("incident.json", IncidentJson.ObjectBytes(writer => WriteHead(writer, incident), indented: true));
        Put("timeline.jsonl", Timeline(incident));
        int taken = 0;
        bool hasHistory = false;
        foreach (IncidentEntry entry in incident.Entries.Where(static e => e.Kind == IncidentEntryKind.Evidence && e.Data is not null))
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"evidence-{++taken:000}.json"), Encoding.UTF8.GetBytes(entry.Data!));
            hasHistory |= HasHistory(entry.Data!);
        }

        if (taken == 0)
        {
            missing.Add("no host has told what it knew: there is no history of the tasks");
        }
        else if (!hasHistory)
        {
            missing.Add("no host has the history of a task any more, or no task was on it: the audit's records alone say what was done");
        }

        (int records, int proofs) = (0, 0);
        if (auditLog is null)
        {
            missing.Add("the audit log was not named: there is no excerpt of it");
        }
        else
        {
            (records, proofs) = PutAudit(incident, auditLog, Put, missing, cancellationToken);
        }

        byte[] manifest = new EvidenceManifest { Incident = incident.Id, Files = [.. files], Missing = [.. missing] }.ToBytes();
        Create(Path.Combine(target, EvidenceManifest.Name), manifest);
        return new IncidentExport
        {
            Directory = target,
            Files = [.. files],
            ManifestSha256 = Convert.ToHexStringLower(SHA256.HashData(manifest)),
            AuditRecords = records,
            AuditProofs = proofs,
            Missing = [.. missing],
        };

        void Put(string name, byte[] content)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Create(Path.Combine(target, name), content);
            files.Add((name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        }
    }

    private static bool HasHistory(string evidence)
    {
        try
        {
            return JsonElement.Parse(evidence).GetProperty("histories"u8).GetArrayLength() > 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false; // too much to be told, or another version's
        }
    }

    private static (int Records, int Proofs) PutAudit(
        Incident incident, AuditLog auditLog, Action<string, byte[]> put, List<string> missing, CancellationToken cancellationToken)
    {
        try
        {
            AuditExcerpt excerpt = AuditExcerpt.Read(auditLog, incident, cancellationToken);
            put(AuditExcerpt.Name, excerpt.Lines);
            if (excerpt.Proofs is { } proofs)
            {
                put(EvidenceProofs.Name, proofs);
            }

            missing.AddRange(excerpt.Missing);
            return (excerpt.Count, excerpt.ProofCount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            missing.Add($"the audit log could not be read ({e.GetType().Name})");
            return (0, 0);
        }
    }

    private static void WriteHead(Utf8JsonWriter writer, Incident incident)
    {
        writer.WriteNumber("schema"u8, 1);
        writer.WriteString("incident"u8, incident.Id.Value);
        writer.WriteString("tenant"u8, incident.Tenant.Value);
        writer.WriteString("subjectKind"u8, incident.Subject.Kind.ToString());
        writer.WriteString("subjectId"u8, incident.Subject.Id);
        writer.WriteString("severity"u8, incident.Severity.ToString().ToLowerInvariant());
        writer.WriteString("state"u8, incident.State.ToString().ToLowerInvariant());
        writer.WriteString("openedAt"u8, incident.OpenedAt.UtcDateTime);
        IncidentJson.Text(writer, "openedBy", incident.OpenedBy);
        IncidentJson.Text(writer, "reason", incident.Reason, IncidentEntry.MaxText);
        IncidentJson.Text(writer, "rootTask", incident.RootTask?.Value);
        IncidentJson.Text(writer, "agent", incident.Agent?.Value);
        IncidentJson.Text(writer, "owner", incident.Owner);
        IncidentJson.Text(writer, "purpose", incident.Purpose);
        IncidentJson.Text(writer, "onBehalfOf", incident.OnBehalfOf);
        IncidentJson.Text(writer, "policyVersion", incident.PolicyVersion);
    }

    private static byte[] Timeline(Incident incident)
    {
        using MemoryStream lines = new();
        foreach (IncidentEntry entry in incident.Entries)
        {
            lines.Write(IncidentJson.ObjectBytes(writer =>
            {
                writer.WriteString("id"u8, entry.Id);
                writer.WriteString("kind"u8, entry.Kind.ToString().ToLowerInvariant());
                writer.WriteString("at"u8, entry.At.UtcDateTime);
                IncidentJson.Text(writer, "by", entry.By);
                IncidentJson.Text(writer, "text", entry.Text, IncidentEntry.MaxText);
                IncidentJson.Text(writer, "regarding", entry.Regarding);
                IncidentJson.Text(writer, "origin", entry.Origin);
                if (entry.Data is { } data && entry.Kind != IncidentEntryKind.Evidence)
                {
                    writer.WriteString("data"u8, data); // as it was written, unread: a text, so that what is odd about it is kept
                }
            }));
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    private static void Create(string path, byte[] content)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using FileStream file = new(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
