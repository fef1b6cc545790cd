using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// The lines of an audit log that are about an incident, word for word, with a proof for each (RFC 6962) that it is in the log that the last
/// checkpoint is of; both from one reading. The log may be written meanwhile: what came after its last checkpoint has no proof yet.
/// </summary>
internal sealed class AuditExcerpt
{
    internal const string Name = "audit.jsonl";

    internal const int MaxBytes = 64 * 1024 * 1024;
    internal const int MaxRecords = 10_000;
    private const int MaxLeaves = 4_000_000; // 64 bytes each while proofs are made

    internal required byte[] Lines { get; init; }

    internal required int Count { get; init; }

    internal required byte[]? Proofs { get; init; }

    internal required int ProofCount { get; init; }

    internal required ImmutableArray<string> Missing { get; init; }

    internal static AuditExcerpt Read(AuditLog log, Incident incident, CancellationToken cancellationToken)
    {
        if (log.Files().Count == 0)
        {
            throw new FileNotFoundException("There is no audit log of this name.", log.Path);
        }

        List<string> missing = [];
        List<Hash256> leaves = [];
        List<long> numbers = [];
        using MemoryStream lines = new();
        Needles needles = Needles.Of(incident);
        if (needles.IsCut)
        {
            missing.Add("the incident is about more tasks than are looked for in the audit; AuditVerifier.Prove makes proofs of single records");
        }

        bool isFull = false;
        AuditVerifyRun run = new(new AuditVerifyOptions(), leaves)
        {
            ReadsOn = true, // what an altered log still says of the incident is evidence too
            Reader = (_, number, line, record) =>
            {
                if (isFull || !needles.IsIn(record))
                {
                    return;
                }

                if (numbers.Count >= MaxRecords || lines.Length + line.Length >= MaxBytes)
                {
                    isFull = true;
                    missing.Add($"the excerpt of the audit ends at record {number}: it holds {numbers.Count} records, as many as it may");
                    return;
                }

                numbers.Add(number);
                lines.Write(line);
                lines.WriteByte((byte)'\n');
            },
        };
        AuditVerification found = run.Read(log, cancellationToken);
        (byte[]? proofs, int proved) = Prove(found, numbers, leaves, missing);
        return new AuditExcerpt { Lines = lines.ToArray(), Count = numbers.Count, Proofs = proofs, ProofCount = proved, Missing = [.. missing] };
    }

    private static (byte[]? Proofs, int Count) Prove(AuditVerification found, List<long> numbers, List<Hash256> leaves, List<string> missing)
    {
        if (!found.IsIntact)
        {
            missing.Add($"the audit log is not as its writer wrote it, so there are no proofs: {found.Findings[0].Message}");
            return (null, 0);
        }

        if (found.FirstRecord != 0 || found.LastCheckpoint is not { } checkpoint || checkpoint.Records > MaxLeaves)
        {
            missing.Add(found.FirstRecord != 0 ? "the audit log is not here from its beginning, so there are no proofs"
                : found.LastCheckpoint is null ? "the audit log has no checkpoint yet, so there are no proofs" : "the audit log is too long for proofs here; AuditVerifier.Prove makes single ones");
            return (null, 0);
        }

        long[] covered = [.. numbers.Where(n => n < checkpoint.Records)];
        if (covered.Length < numbers.Count)
        {
            missing.Add($"{numbers.Count - covered.Length} records of the audit came after its last checkpoint and have no proof");
        }

        List<Hash256[]> levels = Levels(leaves.GetRange(0, (int)checkpoint.Records));
        return (EvidenceProofs.Write(checkpoint, covered.Select(n => (n, PathOf((int)n, levels)))), covered.Length);
    }

    /// <summary>The tree, level by level from the leaves: a last one without a neighbour moves up as it is, which is the shape RFC 6962 gives it.</summary>
    private static List<Hash256[]> Levels(List<Hash256> leaves)
    {
        List<Hash256[]> levels = [[.. leaves]];
        while (levels[^1].Length > 1)
        {
            Hash256[] below = levels[^1];
            Hash256[] above = new Hash256[(below.Length + 1) / 2];
            for (int i = 0; i < above.Length; i++)
            {
                above[i] = (2 * i) + 1 < below.Length ? MerkleTree.Join(below[2 * i], below[(2 * i) + 1]) : below[2 * i];
            }

            levels.Add(above);
        }

        return levels;
    }

    private static IEnumerable<Hash256> PathOf(int leaf, List<Hash256[]> levels)
    {
        foreach (Hash256[] level in levels)
        {
            if ((leaf ^ 1) < level.Length)
            {
                yield return level[leaf ^ 1];
            }

            leaf >>= 1;
        }
    }

    /// <summary>What a record must name to be about the incident: looked for in the members that name it, not in what an agent may have written.</summary>
    private sealed class Needles(HashSet<string> tasks, string incident, RevocationTarget subject)
    {
        private const int MaxTasks = 1_000;
        private const int MaxSought = 64; // beyond it reading each record is faster

        private readonly byte[][] _bytes = [.. tasks.Append(incident).Select(Encoding.UTF8.GetBytes)];
        private readonly byte[] _id = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(subject.Id)}\"");

        internal static Needles Of(Incident incident)
        {
            HashSet<string> tasks = new(StringComparer.Ordinal);
            if (incident.RootTask is { } root)
            {
                tasks.Add(root.Value);
            }

            if (incident.Subject.Kind == RevocationKind.Task)
            {
                tasks.Add(incident.Subject.Id);
            }

            foreach (IncidentEntry entry in incident.Entries)
            {
                if (entry.Kind == IncidentEntryKind.Evidence && entry.Data is { } data)
                {
                    AddTasks(data, tasks);
                }
            }

            return new Needles(tasks, incident.Id.Value, incident.Subject);
        }

        /// <summary>Whether there are more tasks than are looked for.</summary>
        internal bool IsCut => tasks.Count >= MaxTasks;

        internal bool IsIn(ReadOnlySpan<byte> record)
        {
            bool may = subject.Kind == RevocationKind.Tenant || _bytes.Length > MaxSought || (subject.Kind != RevocationKind.Task && record.IndexOf(_id) >= 0);
            for (int i = 0; !may && i < _bytes.Length; i++)
            {
                may = record.IndexOf(_bytes[i]) >= 0;
            }

            return may && IsAbout(record);
        }

        private bool IsAbout(ReadOnlySpan<byte> record)
        {
            try
            {
                JsonElement read = JsonElement.Parse(record);
                if (Text(read, "tenant") != subject.Tenant.Value)
                {
                    return false; // another tenant's is never in it
                }

                return subject.Kind == RevocationKind.Tenant
                    || (subject.Kind == RevocationKind.Agent && Text(read, "agent") == subject.Id)
                    || (subject.Kind == RevocationKind.Tool && Text(read, "tool") == subject.Id)
                    || (Text(read, "task") is { } task && tasks.Contains(task))
                    || (Text(read, "kind") is "administration" or "lease" or "signal" && read.TryGetProperty("resources"u8, out JsonElement resources)
                        && resources.EnumerateArray().Any(r => r.GetString() is { } what && (what.Contains(incident, StringComparison.Ordinal) || tasks.Any(t => what.Contains(t, StringComparison.Ordinal)))));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return false;
            }
        }

        private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        private static void AddTasks(string data, HashSet<string> tasks)
        {
            try
            {
                JsonElement told = JsonElement.Parse(data);
                foreach (JsonElement task in told.GetProperty("histories"u8).EnumerateArray().Concat(told.GetProperty("ended"u8).EnumerateArray()))
                {
                    if (tasks.Count < MaxTasks)
                    {
                        tasks.Add(task.GetProperty("task"u8).GetString()!);
                    }
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                // Evidence that another version wrote: its tasks are not looked for.
            }
        }
    }
}
