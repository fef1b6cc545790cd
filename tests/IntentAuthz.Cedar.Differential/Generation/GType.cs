namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>A type of the schema language, as generated.</summary>
internal abstract record GType
{
    public sealed record Bool : GType;

    public sealed record Long : GType;

    public sealed record Text : GType;

    public sealed record Set(GType Element) : GType;

    public sealed record Record(IReadOnlyList<GAttribute> Attributes) : GType;

    public sealed record Entity(string Name) : GType;

    /// <param name="Name"><c>decimal</c>, <c>ipaddr</c>, <c>datetime</c> or <c>duration</c>.</param>
    public sealed record Extension(string Name) : GType;

    /// <summary>Whether a value of the one type is one of the other, as far as generating goes.</summary>
    public bool Same(GType other) => (this, other) switch
    {
        (Entity left, Entity right) => left.Name == right.Name,
        (Extension left, Extension right) => left.Name == right.Name,
        (Set left, Set right) => left.Element.Same(right.Element),
        (Record left, Record right) => ReferenceEquals(left, right),
        _ => GetType() == other.GetType(),
    };
}
