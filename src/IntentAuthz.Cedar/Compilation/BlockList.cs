using System.Runtime.InteropServices;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>Blocks of rules in the order in which they were added. Cleared and filled again, it keeps its room.</summary>
internal struct BlockList
{
    private RuleBlock[]? _items;
    private int _count;

    public readonly ReadOnlySpan<RuleBlock> Items => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(_items ?? []), _count);

    public void Add(RuleBlock? block)
    {
        if (block is null)
        {
            return;
        }

        if (_items is null)
        {
            _items = [block];
        }
        else
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, _count * 2);
            }

            _items[_count] = block;
        }

        _count++;
    }

    public void Clear() => _count = 0;
}
