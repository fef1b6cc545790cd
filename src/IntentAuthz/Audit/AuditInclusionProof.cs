using System.Collections.Immutable;
using System.Text;

namespace IntentAuthz;

/// <summary>Proof that one record is among those that a checkpoint covers (RFC 6962, section 2.1.1). Immutable.</summary>
public sealed class AuditInclusionProof
{
    private readonly byte[] _record;
    private readonly ImmutableArray<Hash256> _path;

    internal AuditInclusionProof(long number, byte[] record, ImmutableArray<Hash256> path, AuditCheckpoint checkpoint)
    {
        Number = number;
        _record = record;
        _path = path;
        Checkpoint = checkpoint;
    }

    /// <summary>The number of the record.</summary>
    public long Number { get; }

    /// <summary>The record, as JSON.</summary>
    public string Record => Encoding.UTF8.GetString(_record);

    /// <summary>The hashes beside the way from the record to the root, from below, base64url.</summary>
    public ImmutableArray<string> Path => [.. _path.Select(static h => h.ToText())];

    /// <summary>The checkpoint.</summary>
    public AuditCheckpoint Checkpoint { get; }

    /// <summary>Whether record and path lead to the checkpoint's root. Whether the checkpoint is signed is asked of it.</summary>
    public bool Holds() => MerkleTree.Follow(MerkleTree.Leaf(_record), Number, Checkpoint.Records, _path) is { } root && root.Is(Checkpoint.RootHash);
}
