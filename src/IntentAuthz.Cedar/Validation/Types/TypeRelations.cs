using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>
/// Subtypes and least upper bounds. Strict validation wants both sides alike: entities of one type, records of the same
/// attributes. Permissive validation takes unions of entity types and the attributes that both records have. In both, the
/// singleton bools are below Bool and nothing is below everything.
/// </summary>
internal sealed class TypeRelations(bool isStrict, StepBudget budget)
{
    public bool IsSubtype(CedarType left, CedarType right)
    {
        // The relation is reflexive, and a schema's types are shared: this ends most comparisons at once.
        if (ReferenceEquals(left, right) || left is NeverType)
        {
            return true;
        }

        if (!budget.TryTake())
        {
            return false;
        }

        return (left, right) switch
        {
            (BoolType, BoolType) => right == BoolType.Any,
            (SetType a, SetType b) => IsSubtype(a.Element, b.Element),
            (RecordType a, RecordType b) => IsSubtype(a, b),
            (EntityReferenceType a, EntityReferenceType b) => isStrict ? a.HasSameNames(b) : a.IsSubsetOf(b),
            _ => false,
        };
    }

    private bool IsSubtype(RecordType left, RecordType right)
    {
        if (left.IsOpen && !right.IsOpen)
        {
            return false;
        }

        // Only an open record may leave attributes of the other unmentioned.
        if (!(right.IsOpen && !isStrict) && !left.Names.SequenceEqual(right.Names))
        {
            return false;
        }

        for (var i = 0; i < right.Count; i++)
        {
            if (left.Find(right.Names[i]) is not { } attribute || !IsSubtype(attribute, right.Attributes[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsSubtype(AttributeType left, AttributeType right) =>
        (isStrict ? left.IsRequired == right.IsRequired : left.IsRequired || !right.IsRequired) && IsSubtype(left.Type, right.Type);

    /// <summary>The least type above both, or why there is none.</summary>
    public bool TryJoin(CedarType left, CedarType right, [NotNullWhen(true)] out CedarType? join, out TypeMismatch mismatch)
    {
        mismatch = TypeMismatch.Kind;
        join = IsSubtype(left, right) ? right : IsSubtype(right, left) ? left : null;
        if (join is not null)
        {
            return true;
        }

        switch (left, right)
        {
            case (BoolType, BoolType):
                join = BoolType.Any;
                break;
            case (SetType a, SetType b):
                join = TryJoin(a.Element, b.Element, out var element, out mismatch) ? new SetType(element) : null;
                break;
            case (RecordType a, RecordType b):
                join = isStrict ? JoinStrictly(a, b, ref mismatch) : JoinPermissively(a, b);
                break;
            case (EntityReferenceType a, EntityReferenceType b) when !isStrict:
                join = a.Union(b);
                break;
            case (EntityReferenceType, EntityReferenceType):
                mismatch = TypeMismatch.EntityTypes;
                break;
            case (EntityReferenceType, RecordType) or (RecordType, EntityReferenceType):
                mismatch = TypeMismatch.EntityAndRecord;
                break;
        }

        return join is not null;
    }

    private RecordType? JoinStrictly(RecordType left, RecordType right, ref TypeMismatch mismatch)
    {
        if (!left.Names.SequenceEqual(right.Names))
        {
            mismatch = TypeMismatch.RecordAttributes;
            return null;
        }

        var attributes = new List<KeyValuePair<string, AttributeType>>(left.Count);
        for (var i = 0; i < left.Count; i++)
        {
            var (a, b) = (left.Attributes[i], right.Attributes[i]);
            if (!TryJoin(a.Type, b.Type, out var type, out mismatch))
            {
                return null;
            }

            if (a.IsRequired != b.IsRequired)
            {
                mismatch = TypeMismatch.RequiredAttribute;
                return null;
            }

            attributes.Add(new(left.Names[i], new(type, a.IsRequired)));
        }

        return RecordType.Create(attributes);
    }

    // What the two do not agree on is left out, and the result is open because values have it all the same.
    private RecordType JoinPermissively(RecordType left, RecordType right)
    {
        var attributes = new List<KeyValuePair<string, AttributeType>>(left.Count);
        for (var i = 0; i < left.Count; i++)
        {
            if (right.Find(left.Names[i]) is { } other && Join(left.Attributes[i], other) is { } attribute)
            {
                attributes.Add(new(left.Names[i], attribute));
            }
        }

        return RecordType.Create(attributes, left.IsOpen || right.IsOpen || attributes.Count != left.Count || attributes.Count != right.Count);
    }

    /// <summary>The permissive join of two attributes of one name, or null.</summary>
    public AttributeType? Join(AttributeType left, AttributeType right) =>
        TryJoin(left.Type, right.Type, out var type, out _) ? new(type, left.IsRequired && right.IsRequired) : null;
}
