using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar record: attributes by name. Names are any text, unique and compared ordinally.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is Cedar's record first; the dictionary is how one reads it.")]
public sealed class CedarRecord : CedarValue, IReadOnlyDictionary<string, CedarValue>, ICedarContext
{
    // Two parallel arrays sorted by name: the cheapest thing to build, and for the handful of attributes a record has the
    // cheapest to search. A dictionary costs five times the memory.
    private readonly string[] _names;
    private readonly CedarValue[] _values;

    // So few are compared faster than halved.
    private const int ScanLimit = 8;
    private int _hash; // 0 until somebody asks: most records of requests are never compared

    private CedarRecord(string[] names, CedarValue[] values, int depth)
    {
        _names = names;
        _values = values;
        Depth = depth;
    }

    /// <summary>The record without attributes.</summary>
    public static CedarRecord Empty { get; } = new([], [], 1);

    /// <summary>Number of attributes.</summary>
    public int Count => _names.Length;

    /// <summary>The names, in ordinal order.</summary>
    public IEnumerable<string> Keys => Array.AsReadOnly(_names);

    /// <summary>The values, in the order of <see cref="Keys"/>.</summary>
    public IEnumerable<CedarValue> Values => Array.AsReadOnly(_values);

    internal override string TypeName => "record";

    internal override int Depth { get; }

    internal ReadOnlySpan<string> Names => _names;

    internal ReadOnlySpan<CedarValue> Items => _values;

    /// <summary>The value of an attribute.</summary>
    /// <param name="key">The name.</param>
    /// <exception cref="KeyNotFoundException">The record has no such attribute.</exception>
    public CedarValue this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The record has no attribute '{CedarText.Shorten(key)}'.");

    /// <summary>Creates a record.</summary>
    /// <param name="attributes">Names and values; a name at most once.</param>
    /// <exception cref="ArgumentException">A name is given twice or holds a lone surrogate, or the values nest deeper than
    /// <see cref="CedarLimits.MaxValueDepth"/>.</exception>
    public static CedarRecord Create(IEnumerable<KeyValuePair<string, CedarValue>> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var builder = new Builder(attributes.TryGetNonEnumeratedCount(out var count) ? count : 4);
        foreach (var (name, value) in attributes)
        {
            builder.Add(name, value);
        }

        return builder.Build();
    }

    /// <summary>A record of the same names with other values: the cheapest way to make many records of one kind, which share their names.</summary>
    /// <param name="values">The values, in the order of <see cref="Keys"/>.</param>
    /// <exception cref="ArgumentNullException">A value is null.</exception>
    /// <exception cref="ArgumentException">There are more or fewer values than names, or they nest deeper than <see cref="CedarLimits.MaxValueDepth"/>.</exception>
    public CedarRecord WithValues(params ReadOnlySpan<CedarValue> values)
    {
        if (values.Length != _names.Length)
        {
            throw new ArgumentException($"The record has {_names.Length} names, and {values.Length} values are given.", nameof(values));
        }

        if (values.IsEmpty)
        {
            return this;
        }

        var depth = 0;
        foreach (var value in values)
        {
            ArgumentNullException.ThrowIfNull(value, nameof(values));
            depth = Math.Max(depth, value.Depth);
        }

        return depth < CedarLimits.MaxValueDepth
            ? new CedarRecord(_names, values.ToArray(), depth + 1)
            : throw new ArgumentException($"The values nest deeper than {CedarLimits.MaxValueDepth} sets and records.", nameof(values));
    }

    /// <summary>
    /// Reads a record, such as a context, from JSON. Integers become longs, arrays sets, objects records;
    /// <c>{"__entity": {"type": …, "id": …}}</c> an entity, <c>{"__extn": {"fn": …, "arg": …}}</c> an extension value.
    /// </summary>
    /// <param name="json">The document: one object.</param>
    /// <exception cref="CedarJsonException">The document is not well-formed, holds null or a number that is not a 64-bit integer,
    /// repeats a name, or exceeds a limit of <see cref="CedarLimits"/>.</exception>
    public static CedarRecord ParseJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSource.Read(json, ValueJsonReader.ReadRecord);
    }

    /// <inheritdoc cref="ParseJson(string)"/>
    /// <param name="utf8Json">The document in UTF-8.</param>
    public static CedarRecord ParseJson(ReadOnlySpan<byte> utf8Json) => JsonSource.Read(utf8Json, ValueJsonReader.ReadRecord);

    /// <summary>
    /// Takes over both arrays, in any order of names. Null when a name occurs twice or the record would nest too deeply;
    /// <paramref name="duplicate"/> tells which.
    /// </summary>
    internal static CedarRecord? TryCreate(string[] names, CedarValue[] values, out string? duplicate)
    {
        duplicate = null;
        if (names.Length == 0)
        {
            return Empty;
        }

        Sort(names, values);
        for (var i = 1; i < names.Length; i++)
        {
            if (string.Equals(names[i - 1], names[i], StringComparison.Ordinal))
            {
                duplicate = names[i];
                return null;
            }
        }

        var depth = 0;
        foreach (var value in values)
        {
            depth = Math.Max(depth, value.Depth);
        }

        return depth >= CedarLimits.MaxValueDepth ? null : new CedarRecord(names, values, depth + 1);
    }

    private static void Sort(string[] names, CedarValue[] values)
    {
        if (names.Length > 16)
        {
            Array.Sort(names, values, StringComparer.Ordinal);
            return;
        }

        // Insertion sort: records are small and usually nearly sorted.
        for (var i = 1; i < names.Length; i++)
        {
            var (name, value) = (names[i], values[i]);
            var j = i - 1;
            while (j >= 0 && string.CompareOrdinal(names[j], name) > 0)
            {
                names[j + 1] = names[j];
                values[j + 1] = values[j];
                j--;
            }

            names[j + 1] = name;
            values[j + 1] = value;
        }
    }

    /// <summary>Whether the record has an attribute, as Cedar's <c>has</c>.</summary>
    /// <param name="key">The name.</param>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <summary>Looks an attribute up.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">Its value, or null.</param>
    /// <returns>Whether the record has the attribute.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out CedarValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _values[index] : null;
        return index >= 0;
    }

    // The same, where it is known that the name is one.
    internal CedarValue? Find(string name)
    {
        var names = _names;
        if (names.Length > ScanLimit)
        {
            var found = Array.BinarySearch(names, name, StringComparer.Ordinal);
            return found >= 0 ? _values[found] : null;
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] == name)
            {
                return _values[i];
            }
        }

        return null;
    }

    bool ICedarContext.TryRead(ReadOnlySpan<string> path, out CedarScalar value)
    {
        var record = this;
        for (var i = 0; i < path.Length; i++)
        {
            var found = record.Find(path[i]);
            if (i == path.Length - 1)
            {
                if (found is not null)
                {
                    return CedarScalar.TryFrom(found, out value);
                }

                value = CedarScalar.Absent;
                return true;
            }

            if (found is not CedarRecord next)
            {
                break;
            }

            record = next;
        }

        value = CedarScalar.Absent;
        return false;
    }

    CedarRecord ICedarContext.ToRecord() => this;

    private int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var names = _names;
        if (names.Length > ScanLimit)
        {
            return Array.BinarySearch(names, key, StringComparer.Ordinal);
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] == key)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Enumerates the attributes in the order of <see cref="Keys"/>.</summary>
    public IEnumerator<KeyValuePair<string, CedarValue>> GetEnumerator()
    {
        for (var i = 0; i < _names.Length; i++)
        {
            yield return new(_names[i], _values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is not CedarRecord that || Count != that.Count || (_hash != 0 && that._hash != 0 && _hash != that._hash))
        {
            return false;
        }

        for (var i = 0; i < _names.Length; i++)
        {
            if (!string.Equals(_names[i], that._names[i], StringComparison.Ordinal) || !_values[i].Equals(that._values[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = _names.Length;
            for (var i = 0; i < _names.Length; i++)
            {
                hash = HashCode.Combine(hash, _names[i].GetHashCode(StringComparison.Ordinal), _values[i].GetHashCode());
            }

            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }

    internal override void AppendTo(StringBuilder builder)
    {
        builder.Append('{');
        for (var i = 0; i < _names.Length; i++)
        {
            builder.Append(i == 0 ? "" : ", ");
            CedarIdentifier.AppendAttribute(builder, _names[i]);
            builder.Append(": ");
            _values[i].AppendTo(builder);
        }

        builder.Append('}');
    }

    /// <summary>
    /// Builds a record attribute by attribute. Usable as a collection initializer: <c>new CedarRecord.Builder { { "a", 1L } }.Build()</c>.
    /// Not safe for concurrent use.
    /// </summary>
    public sealed class Builder : IEnumerable<KeyValuePair<string, CedarValue>>
    {
        private string[] _names;
        private CedarValue[] _values;
        private int _count;
        private bool _isGiven; // both arrays are a record's now

        /// <summary>Creates an empty builder.</summary>
        /// <param name="capacity">Number of attributes to make room for. Where it is the exact number, the record is made without copying.</param>
        public Builder(int capacity = 4)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(capacity);
            _names = capacity == 0 ? [] : new string[capacity];
            _values = capacity == 0 ? [] : new CedarValue[capacity];
        }

        /// <summary>Adds an attribute. A name that was added before is refused by <see cref="Build"/>.</summary>
        /// <param name="name">The name, well-formed UTF-16 text.</param>
        /// <param name="value">The value.</param>
        /// <returns>This builder.</returns>
        /// <exception cref="ArgumentException">The name holds a lone surrogate.</exception>
        public Builder Add(string name, CedarValue value)
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(value);
            if (!WellFormedText.IsWellFormed(name))
            {
                throw new ArgumentException("The attribute name holds a lone surrogate, which has no UTF-8 form. Replace it first.", nameof(name));
            }

            if (_count == _names.Length)
            {
                _isGiven = false; // from here on they are copies
                var capacity = Math.Max(4, _count * 2);
                Array.Resize(ref _names, capacity);
                Array.Resize(ref _values, capacity);
            }

            _names[_count] = name;
            _values[_count] = value;
            _count++;
            return this;
        }

        /// <summary>Makes the record of what was added. The builder can be used on.</summary>
        /// <exception cref="ArgumentException">A name was added twice, or the values nest deeper than
        /// <see cref="CedarLimits.MaxValueDepth"/>.</exception>
        public CedarRecord Build()
        {
            var isFull = _count == _names.Length && !_isGiven;
            _isGiven |= isFull;
            return TryCreate(isFull ? _names : _names[.._count], isFull ? _values : _values[.._count], out var duplicate)
                ?? throw new ArgumentException(duplicate is null
                    ? $"The values nest deeper than {CedarLimits.MaxValueDepth} sets and records."
                    : $"The attribute '{CedarText.Shorten(duplicate)}' was added twice. Names in a record are unique.");
        }

        /// <summary>Enumerates what was added: in that order, as long as no record was built of it.</summary>
        public IEnumerator<KeyValuePair<string, CedarValue>> GetEnumerator()
        {
            for (var i = 0; i < _count; i++)
            {
                yield return new(_names[i], _values[i]);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
