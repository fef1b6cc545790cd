using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>JSON in one spelling: names in order, no space, numbers and strings as they mean. Two documents that say the same are equal.</summary>
internal static class NormalJson
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2048 };

    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json, Deep);
        return Of(document.RootElement);
    }

    public static string Of(JsonElement element)
    {
        var text = new StringBuilder();
        Write(element, text);
        return text.ToString();
    }

    /// <summary>A schema: an action that applies to nothing need not say so, nor a record that it is empty.</summary>
    public static string OfSchema(string json)
    {
        var schema = JsonNode.Parse(json, documentOptions: Deep)!.AsObject();
        foreach (var (_, declarations) in schema)
        {
            foreach (var (_, action) in declarations!["actions"]!.AsObject())
            {
                if (action!["appliesTo"] is not JsonObject appliesTo)
                {
                    continue;
                }

                RemoveIfEmpty(appliesTo, "context");
                if (appliesTo["principalTypes"] is JsonArray { Count: 0 } && appliesTo["resourceTypes"] is JsonArray { Count: 0 })
                {
                    action.AsObject().Remove("appliesTo");
                }
            }

            foreach (var (_, type) in declarations["entityTypes"]!.AsObject())
            {
                RemoveIfEmpty(type!.AsObject(), "shape");
            }
        }

        return Of(schema.ToJsonString());
    }

    private static void RemoveIfEmpty(JsonObject parent, string name)
    {
        if (parent[name]?["attributes"] is JsonObject { Count: 0 })
        {
            parent.Remove(name);
        }
    }

    /// <summary>
    /// A policy or template: `action in [A]` is the same as `action in A`, `has a.b` is `has a` and then `has b` of that, and in a
    /// pattern it does not matter how the text between wildcards is divided.
    /// </summary>
    public static string OfPolicy(string json)
    {
        var policy = JsonNode.Parse(json, documentOptions: Deep)!;
        if (policy["action"]!["entities"] is JsonArray { Count: 1 } only)
        {
            policy["action"] = new JsonObject { ["op"] = "in", ["entity"] = only[0]!.DeepClone() };
        }

        Simplify(policy["conditions"]!);
        return Of(policy.ToJsonString(new() { MaxDepth = Deep.MaxDepth }));
    }

    private static void Simplify(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Simplify(item);
            }
        }
        else if (node is JsonObject expression)
        {
            foreach (var (_, part) in expression.ToList())
            {
                Simplify(part);
            }

            if (expression["pattern"] is JsonArray pattern)
            {
                expression["pattern"] = string.Join('\0', pattern.Select(element => element is JsonObject literal ? $"'{literal["Literal"]}" : "*")).Replace("\0'", "", StringComparison.Ordinal);
            }

            if (expression["has"] is JsonObject has && has["attr"] is JsonArray path)
            {
                var steps = OneByOne(has["left"]!, [.. path.Select(name => name!.GetValue<string>())]);
                expression.Clear();
                foreach (var (name, part) in steps)
                {
                    expression[name] = part!.DeepClone();
                }
            }
        }
    }

    private static JsonObject OneByOne(JsonNode left, string[] names)
    {
        JsonObject test = Has(left, names[0]);
        foreach (var (name, next) in names.Zip(names.Skip(1)))
        {
            left = new JsonObject { ["."] = new JsonObject { ["left"] = left.DeepClone(), ["attr"] = name } };
            test = new() { ["&&"] = new JsonObject { ["left"] = test, ["right"] = Has(left, next) } };
        }

        return test;
    }

    private static JsonObject Has(JsonNode left, string name) => new() { ["has"] = new JsonObject { ["left"] = left.DeepClone(), ["attr"] = name } };

    private static void Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    text.Append(JsonSerializer.Serialize(member.Name)).Append(':');
                    Write(member.Value, text);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(element.GetString()));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
