using System.Text.Json.Nodes;

namespace IntentAuthz;

/// <summary>Shapes as Cedar types, in the JSON form of schemas.</summary>
internal static class CedarTypes
{
    /// <summary>Whether a declaration of this name, outside of any namespace, would take the place of a type that <see cref="Of"/> means.</summary>
    internal static bool IsBuiltIn(string name) => name is "String" or "Long" or "Bool" or "decimal" or "datetime" or "duration" or "ipaddr";

    internal static JsonObject Named(string name) => new() { ["type"] = "EntityOrCommon", ["name"] = name };

    internal static JsonObject Record(JsonObject attributes) => new() { ["type"] = "Record", ["attributes"] = attributes };

    /// <summary>The record of an object's members. A member that can only be null is never there.</summary>
    internal static JsonObject RecordOf(JsonShape shape) => Record(Attributes(shape, static member => Of(member)));

    /// <summary>The members of an object, each with a type made of its shape, in the order of their names.</summary>
    internal static JsonObject Attributes(JsonShape shape, Func<JsonShape, JsonObject> typeOf)
    {
        JsonObject attributes = [];
        foreach (string name in shape.Names.Order(StringComparer.Ordinal))
        {
            JsonShape member = shape.Property(name);
            if (member.Kind == JsonKind.Null)
            {
                continue;
            }

            JsonObject type = typeOf(member);
            if (!shape.Requires(name))
            {
                type["required"] = false;
            }

            attributes.Add(name, type);
        }

        return attributes;
    }

    private static JsonObject Of(JsonShape shape) => shape.Kind switch
    {
        JsonKind.String => Named("String"),
        JsonKind.Integer => Named("Long"),
        JsonKind.Boolean => Named("Bool"),
        JsonKind.Number or JsonKind.DecimalText => Named("decimal"),
        JsonKind.DateTime => Named("datetime"),
        JsonKind.Duration => Named("duration"),
        JsonKind.IpAddress => Named("ipaddr"),
        JsonKind.Array => new JsonObject { ["type"] = "Set", ["element"] = Of(shape.Items!) },
        JsonKind.Object => RecordOf(shape),
        _ => Named(RequestShape.Untyped),
    };
}
