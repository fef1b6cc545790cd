using System.Buffers;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// Where a log stands: the chain, the tree over its records, and how many of them the last checkpoint covers. Writes the log's lines and moves on
/// with each; a copy is taken before what may not reach the disk. Not safe for use by several threads.
/// </summary>
internal sealed class AuditChain
{
    private Hash256 _chain;

    private AuditChain(string log, long segment, Hash256 chain, MerkleTree tree, long covered)
    {
        Log = log;
        Segment = segment;
        _chain = chain;
        Tree = tree;
        Covered = covered;
    }

    internal string Log { get; }

    /// <summary>The number of the file.</summary>
    internal long Segment { get; private set; }

    internal MerkleTree Tree { get; }

    internal Hash256 Chain => _chain;

    /// <summary>How many records the last checkpoint covers.</summary>
    internal long Covered { get; private set; }

    internal static AuditChain Begin() => new(Hash256.From(RandomNumberGenerator.GetBytes(32)).ToText()[..22], -1, default, new MerkleTree(), 0);

    /// <summary>Where a file stands whose header this is.</summary>
    internal static AuditChain After(AuditLogHeader header)
    {
        AuditChain chain = new(header.Log, header.Segment - 1, header.Chain, new MerkleTree(header.Tree.Size, header.Tree.Complete), header.Tree.Size);
        chain.Take(header);
        return chain;
    }

    internal AuditChain Copy() => new(Log, Segment, _chain, new MerkleTree(Tree.Size, Tree.Complete), Covered);

    /// <summary>The same log at another place, of which nothing is known but what a line says of itself. Its tree says nothing.</summary>
    internal AuditChain At(long records, Hash256 chain) =>
        new(Log, Segment, chain, new MerkleTree(records, new Hash256[System.Numerics.BitOperations.PopCount((ulong)records)]), records);

    /// <summary>Begins the next file.</summary>
    internal void WriteHeader(IBufferWriter<byte> destination, DateTimeOffset time)
    {
        AuditLogHeader header = new(Log, Segment + 1, _chain, Tree, time);
        destination.Write(header.ToLine());
        destination.Write("\n"u8);
        Take(header);
    }

    /// <summary>
    /// Writes the record once: the bytes that are hashed are those in the line. One whose line no reader would take is withheld: nobody could read
    /// what stands behind it, or, where it is refused, write it.
    /// </summary>
    internal void WriteRecord(ArrayBufferWriter<byte> destination, AuditRecord record, AuditJson json)
    {
        int line = destination.WrittenCount;
        AuditLogLine.Begin(destination, Tree.Size);
        int start = destination.WrittenCount;
        bool fits = AuditBounds.LengthOf(record) <= AuditLineReader.MaxLine;
        if (fits)
        {
            json.Write(destination, record);
            fits = destination.WrittenCount - line <= AuditLineReader.MaxLine - AuditLogLine.TailLength;
        }

        if (!fits)
        {
            destination.ResetWrittenCount(); // which leaves what is written
            destination.Advance(start);
            json.Write(destination, AuditBounds.Withheld(record, $"The record is too long for a line of {AuditLineReader.MaxLine} bytes, so it is withheld."));
        }

        Take(destination.WrittenSpan[start..]);
        AuditLogLine.End(destination, _chain);
        destination.Write("\n"u8);
    }

    internal AuditCheckpoint WriteCheckpoint(IBufferWriter<byte> destination, DateTimeOffset time, bool isClosing, ECDsa? key, string? keyId)
    {
        AuditCheckpoint checkpoint = new(Log, Tree.Size, Tree.Root, _chain, time, isClosing, null, null);
        checkpoint = key is null ? checkpoint : checkpoint.SignWith(key, keyId!);
        byte[] line = checkpoint.ToLine();
        destination.Write(line);
        destination.Write("\n"u8);
        TakeCheckpoint(line);
        return checkpoint;
    }

    /// <summary>Moves on by a record, given its bytes.</summary>
    internal void Take(ReadOnlySpan<byte> record)
    {
        Hash256 leaf = MerkleTree.Leaf(record);
        _chain = AuditHashing.Next(_chain, Tree.Size, leaf);
        Tree.Add(leaf);
    }

    internal void TakeCheckpoint(ReadOnlySpan<byte> line)
    {
        _chain = AuditHashing.Next(_chain, AuditHashing.Checkpoint, line);
        Covered = Tree.Size;
    }

    private void Take(AuditLogHeader header)
    {
        _chain = AuditHashing.Next(_chain, AuditHashing.Header, header.ToLine());
        Segment++;
    }
}
