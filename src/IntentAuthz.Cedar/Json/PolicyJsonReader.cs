using System.Collections.Immutable;
using System.Text.Json;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Json;

/// <summary>Reads one policy or template of policy JSON.</summary>
internal static class PolicyJsonReader
{
    public static PolicyBody Read(JsonSource source, JsonElement element)
    {
        var fields = source.Fields(element, "a policy", ["effect", "principal", "action", "resource", "conditions", "annotations"], required: 5);
        return new(
            source.At("effect", fields[0]!.Value, ReadEffect),
            fields[5] is { } annotations ? source.At("annotations", annotations, ReadAnnotations) : [],
            source.At("principal", fields[1]!.Value, static (s, e) => ReadEntityConstraint(s, e, "?principal")),
            source.At("action", fields[2]!.Value, ReadActionConstraint),
            source.At("resource", fields[3]!.Value, static (s, e) => ReadEntityConstraint(s, e, "?resource")),
            [.. source.At("conditions", fields[4]!.Value, static (s, e) => s.Items(e, "an array of conditions", ReadCondition))],
            null,
            default);
    }

    private static PolicyEffect ReadEffect(JsonSource source, JsonElement element) => source.String(element, "a string") switch
    {
        "permit" => PolicyEffect.Permit,
        "forbid" => PolicyEffect.Forbid,
        _ => throw source.Error("an effect is `permit` or `forbid`"),
    };

    private static ImmutableArray<PolicyAnnotation> ReadAnnotations(JsonSource source, JsonElement element)
    {
        var annotations = ImmutableArray.CreateBuilder<PolicyAnnotation>();
        foreach (var (name, value) in source.Properties(element, "an object"))
        {
            if (!CedarIdentifier.IsWord(name))
            {
                throw source.Error($"`{CedarText.Shorten(name)}` cannot name an annotation");
            }

            var hasValue = value.ValueKind != JsonValueKind.Null;
            annotations.Add(new(name, hasValue ? source.At(name, value, static (s, e) => s.String(e, "a string or null")) : "", hasValue, default));
        }

        return annotations.ToImmutable();
    }

    private static Condition ReadCondition(JsonSource source, JsonElement element)
    {
        var fields = source.Fields(element, "a condition", ["kind", "body"], required: 2);
        var isWhen = source.At("kind", fields[0]!.Value, static (s, e) => s.String(e, "a string")) switch
        {
            "when" => true,
            "unless" => false,
            _ => throw source.Error("a condition is of the kind `when` or `unless`"),
        };
        return new(isWhen, source.At("body", fields[1]!.Value, ExpressionJsonReader.Read), default);
    }

    private static string ReadOperator(JsonSource source, JsonElement element, out List<KeyValuePair<string, JsonElement>> rest)
    {
        rest = source.Properties(element, "a scope constraint");
        var index = rest.FindIndex(static property => property.Key == "op");
        if (index < 0)
        {
            throw source.Error("a scope constraint needs `op`");
        }

        var name = source.At("op", rest[index].Value, static (s, e) => s.String(e, "a string"));
        rest.RemoveAt(index);
        return name;
    }

    private static ScopeConstraint ReadEntityConstraint(JsonSource source, JsonElement element, string slot)
    {
        switch (ReadOperator(source, element, out var rest), rest)
        {
            case ("All" or "all", []):
                return ScopeConstraint.Any;
            case ("==", [var equal]):
                return ReadOperand(source, equal, ScopeKind.Equal, null, slot);
            case ("in", [var container]):
                return ReadOperand(source, container, ScopeKind.In, null, slot);
            case ("is", _):
                return ReadIs(source, rest, slot);
            default:
                throw source.Error("a scope constraint is `{\"op\": \"All\"}`, or `==`, `in` with `entity` or `slot`, or `is` with `entity_type` and, optionally, `in`");
        }
    }

    private static ScopeConstraint ReadIs(JsonSource source, List<KeyValuePair<string, JsonElement>> fields, string slot)
    {
        var type = fields.Find(static field => field.Key == "entity_type");
        var container = fields.Find(static field => field.Key == "in");
        if (type.Key is null || fields.Count != (container.Key is null ? 1 : 2))
        {
            throw source.Error("`is` needs `entity_type` and, optionally, `in`");
        }

        var name = source.At("entity_type", type.Value, ExpressionJsonReader.ReadEntityType);
        if (container.Key is null)
        {
            return new(ScopeKind.Is, name, [], false, default);
        }

        return source.At("in", container.Value, (s, e) => s.Properties(e, "an object with `entity` or `slot`") is [var operand]
            ? ReadOperand(s, operand, ScopeKind.IsIn, name, slot)
            : throw s.Error("expected exactly one of `entity` and `slot`"));
    }

    private static ScopeConstraint ReadOperand(JsonSource source, KeyValuePair<string, JsonElement> operand, ScopeKind kind, string? type, string slot)
    {
        switch (operand.Key)
        {
            case "entity":
                return new(kind, type, [source.At("entity", operand.Value, ValueJsonReader.ReadReference)], false, default);
            case "slot":
                return source.At("slot", operand.Value, static (s, e) => s.String(e, "a string")) == slot
                    ? new(kind, type, [], true, default)
                    : throw source.Error($"only `{slot}` may stand here");
            default:
                throw source.Error($"expected `entity` or `slot`, found `{CedarText.Shorten(operand.Key)}`");
        }
    }

    private static ScopeConstraint ReadActionConstraint(JsonSource source, JsonElement element)
    {
        switch (ReadOperator(source, element, out var rest), rest)
        {
            case ("All" or "all", []):
                return ScopeConstraint.Any;
            case ("==", [{ Key: "entity" } equal]):
                return new(ScopeKind.Equal, null, [source.At("entity", equal.Value, ReadAction)], false, default);
            case ("in", [{ Key: "entity" } container]):
                return new(ScopeKind.In, null, [source.At("entity", container.Value, ReadAction)], false, default);
            case ("in", [{ Key: "entities" } containers]):
                return new(ScopeKind.InSet, null, [.. source.At("entities", containers.Value, static (s, e) => s.Items(e, "an array of entities", ReadAction))], false, default);
            default:
                throw source.Error("an action constraint is `{\"op\": \"All\"}`, `==` with `entity`, or `in` with `entity` or `entities`");
        }
    }

    private static EntityUid ReadAction(JsonSource source, JsonElement element)
    {
        var uid = ValueJsonReader.ReadReference(source, element);
        return ActionTypes.IsAction(uid.Type) ? uid : throw source.Error($"an action has the type `Action`, found `{CedarText.Shorten(uid.Type)}`");
    }
}
