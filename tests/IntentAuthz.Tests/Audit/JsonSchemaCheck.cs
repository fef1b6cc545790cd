using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntentAuthz.Tests.Audit;

/// <summary>
/// Holds JSON against a schema, as far as our own schema goes: references, alternatives, types, constants, members, lists and patterns. It is stricter
/// than the schema in one thing: a member that the schema does not name is a fault, since the schema is to name all there are.
/// </summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    internal List<string> Faults(JsonElement value, string definition)
    {
        List<string> faults = [];
        Check(value, root.GetProperty("$defs").GetProperty(definition), "$", faults);
        return faults;
    }

    internal List<string> Faults(JsonElement value)
    {
        List<string> faults = [];
        Check(value, root, "$", faults);
        return faults;
    }

    private void Check(JsonElement value, JsonElement schema, string path, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            string name = reference.GetString()!["#/$defs/".Length..];
            Check(value, root.GetProperty("$defs").GetProperty(name), path, faults);
        }

        if (schema.TryGetProperty("oneOf", out JsonElement alternatives))
        {
            List<List<string>> tried = [.. alternatives.EnumerateArray().Select(a =>
            {
                List<string> own = [];
                Check(value, a, path, own);
                return own;
            })];
            if (tried.Count(static t => t.Count == 0) != 1)
            {
                faults.Add($"{path} is not exactly one of the alternatives: {string.Join(" | ", tried.Select(static t => t.FirstOrDefault() ?? "fits"))}");
            }
        }

        if (schema.TryGetProperty("type", out JsonElement type)
            && !(type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(t => Is(value, t.GetString()!)) : Is(value, type.GetString()!)))
        {
            faults.Add($"{path} is {value.ValueKind} and has to be {type}");
            return;
        }

        if (schema.TryGetProperty("const", out JsonElement constant) && !JsonElement.DeepEquals(constant, value))
        {
            faults.Add($"{path} is {value} and has to be {constant}");
        }

        if (schema.TryGetProperty("enum", out JsonElement values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)))
        {
            faults.Add($"{path} is {value}, none of {values}");
        }

        if (schema.TryGetProperty("minimum", out JsonElement minimum) && value.GetDouble() < minimum.GetDouble())
        {
            faults.Add($"{path} is {value}, below {minimum}");
        }

        if (schema.TryGetProperty("pattern", out JsonElement pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
        {
            faults.Add($"{path} is {value}, which is not as {pattern}");
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
        {
            foreach ((int i, JsonElement item) in value.EnumerateArray().Index())
            {
                Check(item, items, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), faults);
            }
        }

        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out _))
        {
            CheckMembers(value, schema, path, faults);
        }
    }

    private void CheckMembers(JsonElement value, JsonElement schema, string path, List<string> faults)
    {
        JsonElement properties = schema.TryGetProperty("properties", out JsonElement declared) ? declared : JsonElement.Parse("{}");
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out JsonElement of) || schema.TryGetProperty("additionalProperties", out of))
            {
                Check(member.Value, of, $"{path}.{member.Name}", faults);
            }
            else
            {
                faults.Add($"{path}.{member.Name} is not in the schema");
            }
        }

        if (schema.TryGetProperty("required", out JsonElement required))
        {
            faults.AddRange(required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{path}.{r} is missing"));
        }
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };
}
