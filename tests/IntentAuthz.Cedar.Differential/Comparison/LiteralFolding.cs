using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>
/// The JSON form of policies can say what text cannot: sets, records and extension values as literals. This folds expressions of
/// literals into such.
/// </summary>
internal static class LiteralFolding
{
    private static readonly string[] Constructors = ["ip", "decimal", "datetime", "duration"];

    public static string Fold(string policyJson)
    {
        var policy = JsonNode.Parse(policyJson, documentOptions: new() { MaxDepth = 2048 })!;
        foreach (var condition in policy["conditions"]!.AsArray())
        {
            condition!["body"] = Fold(condition["body"]!);
        }

        return policy.ToJsonString(new JsonSerializerOptions { MaxDepth = 2048 });
    }

    private static JsonNode Fold(JsonNode node)
    {
        switch (node)
        {
            case JsonObject expression:
                foreach (var name in expression.Select(member => member.Key).Where(name => name is not ("Value" or "pattern" or "attr" or "entity_type")).ToList())
                {
                    expression[name] = Fold(Detach(expression, name));
                }

                return Folded(expression) ?? expression;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    var item = items[i]!;
                    items[i] = null;
                    items[i] = Fold(item);
                }

                return items;
            default:
                return node;
        }
    }

    private static JsonNode Detach(JsonObject parent, string name)
    {
        var child = parent[name]!;
        parent[name] = null;
        return child;
    }

    private static JsonObject? Folded(JsonObject expression)
    {
        if (expression.Count != 1)
        {
            return null;
        }

        var (name, argument) = expression.First();
        if (name == "Set" && argument is JsonArray items && items.All(IsValue))
        {
            return Value(new JsonArray([.. items.Select(Inner)]));
        }

        if (name == "Record" && argument is JsonObject members && members.All(member => IsValue(member.Value)))
        {
            return Value(new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, Inner(member.Value)))));
        }

        return Constructors.Contains(name) && argument is JsonArray { Count: 1 } arguments && IsValue(arguments[0]) && arguments[0]!["Value"] is JsonValue
            ? Value(new JsonObject { ["__extn"] = new JsonObject { ["fn"] = name, ["arg"] = Inner(arguments[0]) } })
            : null;
    }

    private static JsonObject Value(JsonNode value) => new() { ["Value"] = value };

    private static bool IsValue(JsonNode? node) => node is JsonObject { Count: 1 } expression && expression.ContainsKey("Value");

    private static JsonNode? Inner(JsonNode? value) => value!["Value"]?.DeepClone();
}
