namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>
/// A record. An open one may have more attributes than are known; only permissive validation makes such, where two branches
/// give different records.
/// </summary>
internal sealed class RecordType : CedarType
{
    private readonly string[] _names;
    private readonly AttributeType[] _attributes;

    private RecordType(string[] names, AttributeType[] attributes, bool isOpen)
        : base(SizeOf(attributes), DepthOf(attributes))
    {
        _names = names;
        _attributes = attributes;
        IsOpen = isOpen;
    }

    public static readonly RecordType Empty = new([], [], false);

    public bool IsOpen { get; }

    public int Count => _names.Length;

    /// <summary>The names in ordinal order.</summary>
    public ReadOnlySpan<string> Names => _names;

    /// <summary>The attributes in the order of <see cref="Names"/>.</summary>
    public ReadOnlySpan<AttributeType> Attributes => _attributes;

    /// <summary>The names for suggestions.</summary>
    public IEnumerable<string> NameList => _names;

    /// <summary>Makes a record of distinct names in any order.</summary>
    public static RecordType Create(IReadOnlyCollection<KeyValuePair<string, AttributeType>> attributes, bool isOpen = false)
    {
        var names = attributes.Select(attribute => attribute.Key).ToArray();
        var types = attributes.Select(attribute => attribute.Value).ToArray();
        Array.Sort(names, types, StringComparer.Ordinal);
        return new(names, types, isOpen);
    }

    public AttributeType? Find(string name)
    {
        var index = Array.BinarySearch(_names, name, StringComparer.Ordinal);
        return index < 0 ? null : _attributes[index];
    }

    private static int SizeOf(AttributeType[] attributes)
    {
        var size = 1L;
        foreach (var attribute in attributes)
        {
            size += attribute.Type.Size;
        }

        return (int)Math.Min(int.MaxValue, size);
    }

    private static int DepthOf(AttributeType[] attributes)
    {
        var depth = 0;
        foreach (var attribute in attributes)
        {
            depth = Math.Max(depth, attribute.Type.Depth);
        }

        return depth + 1;
    }
}
