using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// Capabilities, in a set that shares structure: the usual set has none or one, but a chain of <c>has</c> makes a large one
/// step by step, and copying it at every step would cost the square.
/// </summary>
internal readonly struct CapabilitySet
{
    private readonly ImmutableHashSet<Capability>? _items;

    private CapabilitySet(ImmutableHashSet<Capability> items) => _items = items;

    public static CapabilitySet Empty => default;

    public int Count => _items?.Count ?? 0;

    public static CapabilitySet Of(Capability capability) => new([capability]);

    public bool Contains(Capability capability) => _items is not null && _items.Contains(capability);

    public CapabilitySet Union(CapabilitySet other)
    {
        var (large, small) = Count >= other.Count ? (this, other) : (other, this);
        return small.Count == 0 ? large : new(large._items!.Union(small._items!));
    }

    public CapabilitySet Intersect(CapabilitySet other)
    {
        var (large, small) = Count >= other.Count ? (this, other) : (other, this);
        if (small.Count == 0)
        {
            return Empty;
        }

        var common = ImmutableHashSet.CreateBuilder<Capability>();
        foreach (var capability in small._items!)
        {
            if (large.Contains(capability))
            {
                common.Add(capability);
            }
        }

        return new(common.ToImmutable());
    }
}
