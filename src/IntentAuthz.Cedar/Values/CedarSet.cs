using System.Collections;
using System.Text;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar set: distinct values of any types, without order. Enumeration follows the order of creation.</summary>
public sealed class CedarSet : CedarValue, IReadOnlyCollection<CedarValue>
{
    // Below this size a scan beats hashing; measured on sets of strings, the crossing lies between 6 and 12.
    private const int ScanLimit = 8;

    private readonly CedarValue[] _items;
    private readonly HashSet<CedarValue>? _index;
    private readonly int _hash;

    private CedarSet(CedarValue[] items, HashSet<CedarValue>? index, int depth)
    {
        _items = items;
        _index = index;
        Depth = depth;
        // A sum, because equal sets may hold their values in different orders.
        foreach (var item in items)
        {
            _hash += item.GetHashCode();
        }
    }

    /// <summary>The set without values.</summary>
    public static CedarSet Empty { get; } = new([], null, 1);

    /// <summary>Number of distinct values.</summary>
    public int Count => _items.Length;

    internal override string TypeName => "set";

    internal override int Depth { get; }

    internal ReadOnlySpan<CedarValue> Items => _items;

    /// <summary>Creates a set; equal values count once.</summary>
    /// <param name="values">The values, of any types.</param>
    /// <exception cref="ArgumentException">The values nest deeper than <see cref="CedarLimits.MaxValueDepth"/>.</exception>
    public static CedarSet Create(IEnumerable<CedarValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var array = values.ToArray();
        if (Array.IndexOf(array, null) >= 0)
        {
            throw new ArgumentException("A set cannot hold null: Cedar has no null value. Leave it out.", nameof(values));
        }

        return TryCreate(array) ?? throw new ArgumentException($"The values nest deeper than {CedarLimits.MaxValueDepth} sets and records.", nameof(values));
    }

    /// <summary>Takes over the array. Null when the set would nest too deeply.</summary>
    internal static CedarSet? TryCreate(CedarValue[] values)
    {
        if (values.Length == 0)
        {
            return Empty;
        }

        var depth = 0;
        foreach (var value in values)
        {
            depth = Math.Max(depth, value.Depth);
        }

        return depth >= CedarLimits.MaxValueDepth ? null
            : values.Length <= ScanLimit ? new CedarSet(DistinctByScan(values), null, depth + 1)
            : CreateIndexed(values, depth + 1);
    }

    private static CedarValue[] DistinctByScan(CedarValue[] values)
    {
        var count = 0;
        foreach (var value in values)
        {
            if (!Scan(values.AsSpan(0, count), value))
            {
                values[count++] = value;
            }
        }

        return count == values.Length ? values : values[..count];
    }

    private static CedarSet CreateIndexed(CedarValue[] values, int depth)
    {
        var index = new HashSet<CedarValue>(values.Length, ValueComparer.Instance);
        var count = 0;
        foreach (var value in values)
        {
            if (index.Add(value))
            {
                values[count++] = value;
            }
        }

        return new CedarSet(count == values.Length ? values : values[..count], index, depth);
    }

    private static bool Scan(ReadOnlySpan<CedarValue> values, CedarValue wanted)
    {
        foreach (var value in values)
        {
            if (value.Equals(wanted))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the set holds a value, as Cedar's <c>contains</c>.</summary>
    /// <param name="value">The value.</param>
    public bool Contains(CedarValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return _index?.Contains(value) ?? Scan(_items, value);
    }

    internal bool Contains(in Operand value)
    {
        if (_index is not null)
        {
            return _index.GetAlternateLookup<Operand>().Contains(value);
        }

        foreach (var item in _items)
        {
            if (item.ToOperand().Equals(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the set holds every value of another, as Cedar's <c>containsAll</c>.</summary>
    /// <param name="other">The other set.</param>
    public bool ContainsAll(CedarSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count > Count)
        {
            return false;
        }

        foreach (var item in other._items)
        {
            if (!Contains(item))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the set shares a value with another, as Cedar's <c>containsAny</c>.</summary>
    /// <param name="other">The other set.</param>
    public bool ContainsAny(CedarSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (few, many) = Count < other.Count ? (this, other) : (other, this);
        foreach (var item in few._items)
        {
            if (many.Contains(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Enumerates the values in the order of creation.</summary>
    public IEnumerator<CedarValue> GetEnumerator() => ((IEnumerable<CedarValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) =>
        ReferenceEquals(this, other) || (other is CedarSet that && Count == that.Count && _hash == that._hash && ContainsAll(that));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_items.Length, _hash);

    internal override void AppendTo(StringBuilder builder)
    {
        builder.Append('[');
        for (var i = 0; i < _items.Length; i++)
        {
            builder.Append(i == 0 ? "" : ", ");
            _items[i].AppendTo(builder);
        }

        builder.Append(']');
    }
}
