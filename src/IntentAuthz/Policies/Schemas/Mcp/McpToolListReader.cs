using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Reads an MCP tool list: a <c>tools/list</c> response, an array of tools, or one tool. It accepts and refuses what the reference generator does.</summary>
internal static class McpToolListReader
{
    internal static (ImmutableArray<McpTool> Tools, ImmutableArray<McpProperty> Definitions) Read(JsonElement list)
    {
        switch (list.ValueKind)
        {
            case JsonValueKind.Array:
                return ([.. list.EnumerateArray().Select(ReadTool)], []);
            case JsonValueKind.Object when list.TryGetProperty("result", out JsonElement result):
                return result.ValueKind == JsonValueKind.Object && result.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind == JsonValueKind.Array
                    ? ([.. tools.EnumerateArray().Select(ReadTool)], ReadDefinitions(result, "result"))
                    : throw new FormatException("The tool list has no array 'tools' in its 'result'; give the response of tools/list as it came.");
            case JsonValueKind.Object:
                return ([ReadTool(list)], []);
            default:
                throw new FormatException("A tool list is the response of tools/list, an array of tools, or one tool.");
        }
    }

    private static McpTool ReadTool(JsonElement tool)
    {
        if (tool.ValueKind != JsonValueKind.Object || !tool.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            throw new FormatException("A tool of the list is no object with the text 'name'.");
        }

        string called = name.GetString()!;
        if (!tool.TryGetProperty("parameters", out JsonElement input) && !tool.TryGetProperty("inputSchema", out input))
        {
            throw new FormatException($"The tool '{called}' has no 'inputSchema'; a tool without arguments has {{\"type\": \"object\"}}.");
        }

        return new McpTool(
            called,
            ReadParameters(input, called),
            tool.TryGetProperty("outputSchema", out JsonElement output) ? ReadParameters(output, $"{called}, output") : McpParameters.None,
            ReadDefinitions(tool, called));
    }

    private static McpParameters ReadParameters(JsonElement schema, string at)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("json", out JsonElement inner))
        {
            schema = inner;
        }

        return schema.ValueKind == JsonValueKind.Object
            ? new McpParameters(ReadProperties(schema, at), ReadDefinitions(schema, at))
            : throw Wrong(at, "the schema is no object");
    }

    private static ImmutableArray<McpProperty> ReadDefinitions(JsonElement owner, string at)
    {
        if (!owner.TryGetProperty("$defs", out JsonElement definitions))
        {
            return [];
        }

        if (definitions.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(at, "'$defs' is no object");
        }

        Dictionary<string, McpProperty> read = new(StringComparer.Ordinal);
        foreach (JsonProperty definition in definitions.EnumerateObject())
        {
            read[definition.Name] = new McpProperty(definition.Name, ReadType(definition.Value, $"{at}/$defs/{definition.Name}"), IsRequired: false);
        }

        foreach (McpProperty definition in read.Values)
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            for (McpProperty next = definition; next.Type.Kind == McpKind.Reference;)
            {
                if (!seen.Add(next.Name))
                {
                    throw Wrong(at, $"the definition '{definition.Name}' is defined by itself");
                }

                if (!read.TryGetValue(next.Type.Name, out next))
                {
                    break;
                }
            }
        }

        return [.. read.Values];
    }

    private static ImmutableArray<McpProperty> ReadProperties(JsonElement schema, string at)
    {
        HashSet<string> required = ReadRequired(schema, at);
        if (!schema.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind == JsonValueKind.False)
        {
            return [];
        }

        if (properties.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(at, "'properties' is no object");
        }

        Dictionary<string, McpProperty> read = new(StringComparer.Ordinal);
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            read[property.Name] = new McpProperty(property.Name, ReadType(property.Value, $"{at}/{property.Name}"), required.Contains(property.Name));
        }

        return [.. read.Values];
    }

    private static HashSet<string> ReadRequired(JsonElement schema, string at)
    {
        if (!schema.TryGetProperty("required", out JsonElement required) || required.ValueKind == JsonValueKind.False)
        {
            return [];
        }

        return required.ValueKind == JsonValueKind.Array && required.EnumerateArray().All(static r => r.ValueKind == JsonValueKind.String)
            ? [.. required.EnumerateArray().Select(static r => r.GetString()!)]
            : throw Wrong(at, "'required' is no array of names");
    }

    private static McpType ReadType(JsonElement schema, string at)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(at, "the type is no object");
        }

        if (schema.TryGetProperty("type", out JsonElement type))
        {
            return type.ValueKind switch
            {
                JsonValueKind.String => ReadNamed(schema, type.GetString()!, at),
                JsonValueKind.Array => new McpType(McpKind.Union)
                {
                    Parts = [.. type.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? ReadNamed(schema, one.GetString()!, at, inUnion: true) : ReadType(one, at))],
                },
                JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => new McpType(McpKind.Unknown),
                _ => throw Wrong(at, "'type' is no text"),
            };
        }

        if (schema.TryGetProperty("anyOf", out JsonElement alternatives) || schema.TryGetProperty("oneOf", out alternatives))
        {
            return alternatives.ValueKind == JsonValueKind.Array
                ? new McpType(McpKind.Union) { Parts = [.. alternatives.EnumerateArray().Select(one => ReadType(one, at))] }
                : throw Wrong(at, "'anyOf' or 'oneOf' is no array");
        }

        if (!schema.TryGetProperty("$ref", out JsonElement reference))
        {
            return new McpType(McpKind.Unknown);
        }

        const string Prefix = "#/$defs/";
        return reference.ValueKind == JsonValueKind.String && reference.GetString()!.StartsWith(Prefix, StringComparison.Ordinal)
            ? new McpType(McpKind.Reference) { Name = reference.GetString()![Prefix.Length..] }
            : throw Wrong(at, "'$ref' is no text that begins with '#/$defs/'");
    }

    private static McpType ReadNamed(JsonElement schema, string type, string at, bool inUnion = false) => type switch
    {
        "boolean" => new McpType(McpKind.Bool),
        "integer" => new McpType(McpKind.Integer),
        "float" => new McpType(McpKind.Float),
        "number" => new McpType(McpKind.Number),
        "string" => inUnion ? new McpType(McpKind.String) : ReadText(schema, at),
        "null" => new McpType(McpKind.Null),
        "array" => ReadArray(schema, at),
        "object" => new McpType(McpKind.Object)
        {
            Properties = ReadProperties(schema, at),
            Additional = schema.TryGetProperty("additionalProperties", out JsonElement additional)
                && additional.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
                ? ReadType(additional, $"{at}/*")
                : null,
        },
        _ => throw Wrong(at, $"there is no type '{type}'; use boolean, integer, float, number, string, null, array or object"),
    };

    private static McpType ReadText(JsonElement schema, string at)
    {
        if (schema.TryGetProperty("enum", out JsonElement variants))
        {
            return variants.ValueKind == JsonValueKind.Array && variants.GetArrayLength() > 0 && variants.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.String)
                ? new McpType(McpKind.Enum) { Variants = [.. variants.EnumerateArray().Select(static v => v.GetString()!)] }
                : throw Wrong(at, "'enum' is no array of at least one text");
        }

        if (!schema.TryGetProperty("format", out JsonElement format))
        {
            return new McpType(McpKind.String);
        }

        return format.ValueKind != JsonValueKind.String
            ? throw Wrong(at, "'format' is no text")
            : new McpType(format.GetString() switch
            {
                "date" or "date-time" => McpKind.Datetime,
                "duration" => McpKind.Duration,
                "ipv4" or "ipv6" => McpKind.IpAddress,
                "decimal" => McpKind.Decimal,
                _ => McpKind.String,
            });
    }

    private static McpType ReadArray(JsonElement schema, string at)
    {
        bool says = schema.TryGetProperty("items", out JsonElement items);
        if (!schema.TryGetProperty("prefixItems", out JsonElement prefix) || prefix.ValueKind != JsonValueKind.Array)
        {
            return !says || items.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
                ? ArrayOf(new McpType(McpKind.Unknown))
                : ArrayOf(ReadType(items, $"{at}[]"));
        }

        ImmutableArray<McpType> places = [.. prefix.EnumerateArray().Select(place => ReadType(place, $"{at}[]"))];
        if (says && items.ValueKind == JsonValueKind.False)
        {
            return new McpType(McpKind.Tuple) { Parts = places };
        }

        if (!says || items.ValueKind != JsonValueKind.Object)
        {
            return ArrayOf(new McpType(McpKind.Unknown));
        }

        McpType further = ReadType(items, $"{at}[]");
        return ArrayOf(places.All(further.IsSameAs) ? further : new McpType(McpKind.Unknown));
    }

    private static McpType ArrayOf(McpType element) => new(McpKind.Array) { Parts = [element] };

    private static FormatException Wrong(string at, string what) => new($"The tool list is wrong at '{at}': {what}.");
}
