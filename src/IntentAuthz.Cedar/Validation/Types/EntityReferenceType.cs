using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>An entity of one type or, in permissive validation, of one of several types.</summary>
internal sealed class EntityReferenceType : CedarType
{
    public EntityReferenceType(string name)
        : base(1, 1) => Names = [name];

    public EntityReferenceType(ImmutableArray<string> names)
        : base(names.Length, 1) => Names = names;

    /// <summary>At least one name, in ordinal order, each once.</summary>
    public ImmutableArray<string> Names { get; }

    public string? Single => Names.Length == 1 ? Names[0] : null;

    public bool Contains(string name) => Names.AsSpan().BinarySearch(name, StringComparer.Ordinal) >= 0;

    public bool IsSubsetOf(EntityReferenceType other)
    {
        foreach (var name in Names)
        {
            if (!other.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    public bool IsDisjointFrom(EntityReferenceType other)
    {
        foreach (var name in Names)
        {
            if (other.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    public bool HasSameNames(EntityReferenceType other) => Names.AsSpan().SequenceEqual(other.Names.AsSpan());

    public EntityReferenceType Union(EntityReferenceType other) =>
        new([.. Names.Union(other.Names, StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
}
