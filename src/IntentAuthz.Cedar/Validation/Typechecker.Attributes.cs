using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Attributes and tags: what must be there, and what must have been asked for first.</summary>
internal sealed partial class Typechecker
{
    private TypedExpr CheckGetAttribute(GetAttributeExpr get, CapabilitySet known) =>
        GetAttribute(CheckEntityOrRecord(get.Target, known), get.Target, null, get.Attribute, get.AttributeRange, known);

    // The shape of the target is given where it was not written as an expression; else it is only computed if it matters.
    private TypedExpr GetAttribute(TypedExpr target, Expr targetExpr, int? targetShape, string attribute, TextRange range, CapabilitySet known)
    {
        if (target.Type is null)
        {
            return TypedExpr.Invalid();
        }

        if (Find(target.Type, attribute) is not { } found)
        {
            ReportUnknownAttribute(target.Type, attribute, range);
            return TypedExpr.Invalid();
        }

        if (!found.IsRequired && !known.Contains(Capability.OfAttribute(targetShape ?? _shapes.Of(targetExpr), attribute)))
        {
            _findings.Add(FindingCodes.OptionalAttribute, range, $"the attribute `{CedarText.Shorten(attribute)}` of `{target.Type}` is optional and may be missing here",
                $"test for it first: `… has {DescribeAttribute(attribute)} && …`");
            return TypedExpr.Invalid(found.Type);
        }

        return Result(found.Type, target);
    }

    private TypedExpr CheckHas(HasExpr has, CapabilitySet known)
    {
        var target = CheckEntityOrRecord(has.Target, known, static type => type switch
        {
            SetType => "whether a set holds a value is asked with `contains`",
            StringType => "text is matched with `like`",
            _ => null,
        });
        var shape = _shapes.Of(has.Target);
        var result = HasAttribute(target, shape, has.Path[0], known);
        // `a has b.c` means `a has b && a.b has c`.
        for (var i = 1; i < has.Path.Length && !result.IsFalse; i++)
        {
            var inner = Union(known, result.Capabilities);
            target = ExpectEntityOrRecord(GetAttribute(target, has.Target, shape, has.Path[i - 1], has.PathRange, inner), has.PathRange);
            shape = _shapes.OfAttribute(shape, has.Path[i - 1]);
            result = CombineAnd(result, HasAttribute(target, shape, has.Path[i], inner));
        }

        return result;
    }

    private TypedExpr HasAttribute(TypedExpr target, int shape, string attribute, CapabilitySet known)
    {
        if (target.Type is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        if (Find(target.Type, attribute) is not { } found)
        {
            return TypedExpr.Valid(MayHave(target.Type, attribute) ? BoolType.Any : BoolType.False).If(target.IsValid);
        }

        // An entity that is not in the store has no attributes at all, so that even a required one may be missing.
        var capability = Capability.OfAttribute(shape, attribute);
        var isKnown = known.Contains(capability) || (found.IsRequired && target.Type is RecordType);
        return TypedExpr.Valid(isKnown ? BoolType.True : BoolType.Any, CapabilitySet.Of(capability)).If(target.IsValid);
    }

    private AttributeType? Find(CedarType type, string attribute)
    {
        if (type is RecordType record)
        {
            return record.Find(attribute);
        }

        if (type is not EntityReferenceType entity)
        {
            return null;
        }

        var result = AttributesOf(entity.Names[0]).Find(attribute);
        for (var i = 1; i < entity.Names.Length && result is not null; i++)
        {
            result = AttributesOf(entity.Names[i]).Find(attribute) is { } other ? _relations.Join(result, other) : null;
        }

        return result;
    }

    // Actions have no attributes.
    private RecordType AttributesOf(string entityType) => _schema.EntityTypes.TryGetValue(entityType, out var info) ? info.Attributes : RecordType.Empty;

    private bool MayHave(CedarType type, string attribute) => type switch
    {
        RecordType record => record.IsOpen || record.Find(attribute) is not null,
        EntityReferenceType entity => entity.Names.Any(name => AttributesOf(name).Find(attribute) is not null),
        _ => true,
    };

    private void ReportUnknownAttribute(CedarType type, string attribute, TextRange range)
    {
        var name = CedarText.Shorten(attribute);
        var names = type is RecordType record ? record.NameList : AttributesOf(((EntityReferenceType)type).Names[0]).NameList;
        if (MayHave(type, attribute))
        {
            _findings.Add(FindingCodes.UnknownAttribute, range, $"the attribute `{name}` is not in every part of `{type}`");
        }
        else
        {
            _findings.Add(FindingCodes.UnknownAttribute, range, $"`{type}` has no attribute `{name}`", Spelling.Suggest(attribute, names));
        }
    }

    private static string DescribeAttribute(string attribute) =>
        CedarIdentifier.IsIdentifier(attribute) ? CedarText.Shorten(attribute) : CedarText.Quote(CedarText.Shorten(attribute));

    private TypedExpr CheckHasTag(BinaryExpr binary, CapabilitySet known)
    {
        var (entity, tag) = (CheckEntity(binary.Left, known), CheckString(binary.Right, known));
        if (entity.Type is not EntityReferenceType type)
        {
            return TypedExpr.Invalid();
        }

        var capability = Capability.OfTag(_shapes.Of(binary.Left), _shapes.Of(binary.Right));
        var result = TagTypes(type).Count == 0 ? BoolType.False : known.Contains(capability) ? BoolType.True : BoolType.Any;
        return TypedExpr.Valid(result, CapabilitySet.Of(capability)).If(entity.IsValid && tag.IsValid);
    }

    private TypedExpr CheckGetTag(BinaryExpr binary, CapabilitySet known)
    {
        var (entity, tag) = (CheckEntity(binary.Left, known), CheckString(binary.Right, known));
        if (entity.Type is not EntityReferenceType type)
        {
            return TypedExpr.Invalid();
        }

        if (!known.Contains(Capability.OfTag(_shapes.Of(binary.Left), _shapes.Of(binary.Right))))
        {
            _findings.Add(FindingCodes.UncheckedTag, binary.Range, $"the tag may be missing from `{type}` here", "test for it first with the same expression: `… hasTag(…) && …`");
            return TypedExpr.Invalid();
        }

        var tags = TagTypes(type);
        if (tags.Count == 0)
        {
            _findings.Add(FindingCodes.NoTags, binary.Range, $"`{type}` has no tags");
            return TypedExpr.Invalid();
        }

        var result = tags[0];
        foreach (var other in tags.Skip(1))
        {
            if (Join(binary.Range, "the tags of all entity types", result, other) is not { } join)
            {
                return TypedExpr.Invalid();
            }

            result = join;
        }

        return Result(result, entity, tag);
    }

    private List<CedarType> TagTypes(EntityReferenceType entity)
    {
        var types = new List<CedarType>();
        foreach (var name in entity.Names)
        {
            if (_schema.EntityTypes.TryGetValue(name, out var info) && info.Tags is not null)
            {
                types.Add(info.Tags);
            }
        }

        return types;
    }
}
