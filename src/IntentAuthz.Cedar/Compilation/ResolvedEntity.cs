using System.Runtime.CompilerServices;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// An entity in numbers: its own, its type's and those of what it is below, with the blocks of rules that it brings into
/// question by its place in a request. Part of a binding, where it never changes, or of a scratch, where it is filled anew.
/// </summary>
internal sealed class ResolvedEntity(object owner)
{
    /// <summary>The number of what neither policies nor store name.</summary>
    public const int Unknown = -1;

    // Up to here a scan, eight numbers a step, beats a binary search, whose every branch is guessed wrong half of the time.
    private const int ScanLimit = 128;

    private int[] _ancestors = [];
    private int _ancestorCount;
    private Roles _blocks;

    /// <summary>The binding or scratch whose numbers these are.</summary>
    public object Owner { get; } = owner;

    /// <summary>The number, or <see cref="Unknown"/>.</summary>
    public int Id { get; set; } = Unknown;

    /// <summary>The number of the type, or <see cref="Unknown"/> where no policy names it.</summary>
    public int TypeId { get; set; } = Unknown;

    /// <summary>The entity, or null where it does not exist.</summary>
    public Entity? Entity { get; set; }

    /// <summary>The reference to the entity; null for the one that stands for every unknown entity of a type.</summary>
    public CedarEntity? Value { get; set; }

    public ReadOnlySpan<RuleBlock> Blocks(Role role) => _blocks[(int)role].Items;

    public bool IsIn(int id) => Id == id || HasAncestor(id);

    /// <summary>Whether it is in any of some entities.</summary>
    /// <param name="ids">Their numbers, sorted.</param>
    public bool IsInAny(int[] ids)
    {
        // Whichever is less to go through.
        if (ids.Length <= ScanLimit)
        {
            foreach (var id in ids)
            {
                if (IsIn(id))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (var ancestor in new ReadOnlySpan<int>(_ancestors, 0, _ancestorCount))
        {
            if (Array.BinarySearch(ids, ancestor) >= 0)
            {
                return true;
            }
        }

        return Array.BinarySearch(ids, Id) >= 0;
    }

    private bool HasAncestor(int id)
    {
        var ancestors = new ReadOnlySpan<int>(_ancestors, 0, _ancestorCount);
        return ancestors.Length <= ScanLimit ? ancestors.Contains(id) : ancestors.BinarySearch(id) >= 0;
    }

    public void Clear()
    {
        Id = TypeId = Unknown;
        Entity = null;
        Value = null;
        _ancestorCount = 0;
        foreach (ref var blocks in (Span<BlockList>)_blocks)
        {
            blocks.Clear();
        }
    }

    public void AddAncestor(int id)
    {
        if (_ancestorCount == _ancestors.Length)
        {
            Array.Resize(ref _ancestors, Math.Max(2, _ancestorCount * 2));
        }

        _ancestors[_ancestorCount++] = id;
    }

    /// <summary>To be called once after the last ancestor was added.</summary>
    public void SortAncestors() => Array.Sort(_ancestors, 0, _ancestorCount);

    public void AddBlocks(LiteralType type)
    {
        for (var role = Role.Principal; role <= Role.Resource; role++)
        {
            _blocks[(int)role].Add(type.Is(role));
        }
    }

    public void AddBlocks(LiteralEntity literal, bool isSelf)
    {
        for (var role = Role.Principal; role <= Role.Resource; role++)
        {
            _blocks[(int)role].Add(isSelf ? literal.Equal(role) : null);
            _blocks[(int)role].Add(literal.In(role));
        }
    }

    [InlineArray(3)]
    private struct Roles
    {
        private BlockList _first;
    }
}
