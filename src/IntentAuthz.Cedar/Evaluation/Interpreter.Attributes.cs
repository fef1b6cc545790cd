using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>Attributes and tags of records and entities.</summary>
internal sealed partial class Interpreter
{
    // As many names as a message shows; the rest is counted.
    private const int ShownNames = 5;

    private const string RecordOrEntity = $"one of [record, {AnyEntity}]";

    private CedarValue? EvaluateGetAttribute(GetAttributeExpr get)
    {
        if (Evaluate(get.Target) is not { } target)
        {
            return null;
        }

        return GetAttribute(target, get.Target.Range, get.Attribute, get.Range);
    }

    private CedarValue? GetAttribute(CedarValue target, TextRange targetRange, string attribute, TextRange range)
    {
        switch (target)
        {
            case CedarRecord record:
                return record.TryGetValue(attribute, out var value)
                    ? value
                    : Fail($"record does not have the attribute `{attribute}`", range, DescribeNames("record", "attributes", record));
            case CedarEntity reference:
                if (entities.Find(reference.Uid) is not { } entity)
                {
                    return Fail($"entity `{reference.Uid}` does not exist", targetRange);
                }

                return entity.Attributes.TryGetValue(attribute, out value)
                    ? value
                    : Fail($"`{reference.Uid}` does not have the attribute `{attribute}`", range,
                        DescribeNames($"`{reference.Uid}`", "attributes", entity.Attributes)
                        + (entity.Tags.ContainsKey(attribute) ? $"; note that a tag (not an attribute) named `{attribute}` does exist" : ""));
            default:
                return FailType(RecordOrEntity, target, targetRange);
        }
    }

    private CedarBool? EvaluateHas(HasExpr has)
    {
        if (Evaluate(has.Target) is not { } current)
        {
            return null;
        }

        for (var i = 0; ; i++)
        {
            if (HasAttribute(current, has.Path[i], has.Target.Range) is not { } found)
            {
                return null;
            }

            if (!found || i == has.Path.Length - 1)
            {
                return CedarBool.Of(found);
            }

            // Cannot fail: the attribute is there.
            if (GetAttribute(current, has.Target.Range, has.Path[i], has.Range) is not { } next)
            {
                return null;
            }

            current = next;
        }
    }

    private bool? HasAttribute(CedarValue target, string attribute, TextRange range)
    {
        switch (target)
        {
            case CedarRecord record:
                return record.ContainsKey(attribute);
            case CedarEntity reference:
                return entities.Find(reference.Uid)?.Attributes.ContainsKey(attribute) ?? false;
            default:
                FailType(RecordOrEntity, target, range);
                return null;
        }
    }

    private CedarValue? EvaluateTag(BinaryExpr binary, CedarValue left, CedarValue right)
    {
        if (left is not CedarEntity reference)
        {
            return FailType(AnyEntity, left, binary.Left.Range);
        }

        if (right is not CedarString name)
        {
            return FailType("string", right, binary.Right.Range);
        }

        var entity = entities.Find(reference.Uid);
        if (binary.Operator == BinaryOperator.HasTag)
        {
            return CedarBool.Of(entity?.Tags.ContainsKey(name.Value) ?? false);
        }

        if (entity is null)
        {
            return Fail($"entity `{reference.Uid}` does not exist", binary.Left.Range);
        }

        return entity.Tags.TryGetValue(name.Value, out var tag)
            ? tag
            : Fail($"`{reference.Uid}` does not have the tag `{name.Value}`", binary.Range,
                DescribeNames($"`{reference.Uid}`", "tags", entity.Tags)
                + (entity.Attributes.ContainsKey(name.Value) ? $"; note that an attribute (not a tag) named `{name.Value}` does exist" : ""));
    }

    private static string DescribeNames(string owner, string kind, CedarRecord record) =>
        record.Count == 0 ? $"{owner} does not have any {kind}"
        : record.Count <= ShownNames ? $"available {kind}: [{string.Join(",", record.Keys)}]"
        : $"available {kind}: [{string.Join(",", record.Keys.Take(ShownNames))}, ... ({record.Count - ShownNames} more attributes) ]";
}
