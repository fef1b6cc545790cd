using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// The hash tree over all records of a log as in RFC 6962, section 2.1, of which only the roots of its complete subtrees are kept: one for each
/// bit of the number of leaves. Adding a leaf costs one hash on average. Not safe for use by several threads.
/// </summary>
internal sealed class MerkleTree
{
    private readonly List<Hash256> _complete = []; // the largest first

    internal MerkleTree()
    {
    }

    /// <summary>Goes on from what another has kept.</summary>
    /// <exception cref="FormatException">There are not as many roots as a tree of this size has complete subtrees.</exception>
    internal MerkleTree(long size, IEnumerable<Hash256> complete)
    {
        _complete.AddRange(complete);
        Size = size;
        if (size < 0 || _complete.Count != System.Numerics.BitOperations.PopCount((ulong)size))
        {
            throw new FormatException($"A tree of {size} leaves has not {_complete.Count} complete subtrees.");
        }
    }

    internal long Size { get; private set; }

    internal IReadOnlyList<Hash256> Complete => _complete;

    /// <summary>The hash of nothing for an empty tree.</summary>
    internal Hash256 Root
    {
        get
        {
            if (_complete.Count == 0)
            {
                return Hash256.From(SHA256.HashData([]));
            }

            Hash256 root = _complete[^1];
            for (int i = _complete.Count - 2; i >= 0; i--)
            {
                root = Join(_complete[i], root);
            }

            return root;
        }
    }

    internal static Hash256 Leaf(ReadOnlySpan<byte> record) => AuditHashing.Of(AuditHashing.Leaf, record);

    internal static Hash256 Join(in Hash256 left, in Hash256 right)
    {
        Span<byte> both = stackalloc byte[65];
        both[0] = AuditHashing.Node;
        ((ReadOnlySpan<byte>)left).CopyTo(both[1..]);
        ((ReadOnlySpan<byte>)right).CopyTo(both[33..]);
        return Hash256.From(SHA256.HashData(both));
    }

    internal void Add(Hash256 leaf)
    {
        // As adding one to a binary number: each bit that is carried over is two subtrees of one size that become one.
        for (long carried = Size; (carried & 1) != 0; carried >>= 1)
        {
            leaf = Join(_complete[^1], leaf);
            _complete.RemoveAt(_complete.Count - 1);
        }

        _complete.Add(leaf);
        Size++;
    }

    /// <summary>The path from a leaf to the root of a tree of these leaves: RFC 6962, section 2.1.1.</summary>
    internal static List<Hash256> PathOf(int leaf, ReadOnlySpan<Hash256> leaves)
    {
        List<Hash256> path = [];
        while (leaves.Length > 1)
        {
            int split = LargestPowerBelow(leaves.Length);
            if (leaf < split)
            {
                path.Add(RootOf(leaves[split..]));
                leaves = leaves[..split];
            }
            else
            {
                path.Add(RootOf(leaves[..split]));
                leaves = leaves[split..];
                leaf -= split;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The root that a leaf and its path lead to, or null where the path has not the length it must have: RFC 9162, section 2.1.3.2.</summary>
    internal static Hash256? Follow(Hash256 leaf, long index, long size, IReadOnlyList<Hash256> path)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        (long node, long last) = (index, size - 1);
        Hash256 root = leaf;
        foreach (Hash256 sibling in path)
        {
            if (last == 0)
            {
                return null;
            }

            if ((node & 1) == 1 || node == last)
            {
                root = Join(sibling, root);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                root = Join(root, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? root : null;
    }

    private static Hash256 RootOf(ReadOnlySpan<Hash256> leaves)
    {
        MerkleTree tree = new();
        foreach (ref readonly Hash256 leaf in leaves)
        {
            tree.Add(leaf);
        }

        return tree.Root;
    }

    private static int LargestPowerBelow(int count) => (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count) / 2);
}
