using System.Globalization;
using System.Text.Json.Nodes;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Makes JSON Schemas and, for each, values that are valid by it.</summary>
internal sealed class RandomSchema(int seed)
{
    private readonly Random _random = new(seed);
    private readonly JsonObject _definitions = [];
    private int _names;

    /// <summary>A schema of arguments, and arguments that fit.</summary>
    internal (JsonObject Schema, JsonObject Arguments) Next()
    {
        (JsonObject schema, JsonNode? value) = NextObject(3);
        if (_definitions.Count > 0)
        {
            schema["$defs"] = _definitions;
        }

        return (schema, value!.AsObject());
    }

    private (JsonObject Schema, JsonNode? Value) NextAny(int depth)
    {
        switch (_random.Next(depth > 0 ? 16 : 9))
        {
            case 0: return (new() { ["type"] = "string" }, Text());
            case 1: return (new() { ["type"] = "integer" }, Integer());
            case 2: return (new() { ["type"] = "number" }, _random.Next(2) == 0 ? Integer() : _random.Next(-1_000_000, 1_000_000) / 10_000m);
            case 3: return (new() { ["type"] = "boolean" }, _random.Next(2) == 0);
            case 4: return (new() { ["type"] = "string", ["format"] = "date-time" }, Instant());
            case 5: return (new() { ["type"] = "string", ["format"] = "duration" }, $"P{_random.Next(9)}DT{_random.Next(30)}H{_random.Next(99)}.5S");
            case 6: return (new() { ["type"] = "string", ["format"] = _random.Next(2) == 0 ? "ipv4" : "ipv6" }, _random.Next(2) == 0 ? $"10.0.0.{_random.Next(256)}" : "2001:db8::1");
            case 7: return (new() { ["enum"] = new JsonArray("low", "high") }, "low");
            case 8: return (new() { ["type"] = new JsonArray("string", "null") }, _random.Next(2) == 0 ? null : Text());
            case 9: return NextList(depth);
            case 10:
                (JsonObject inner, JsonNode? value) = NextAny(depth - 1);
                return (new() { [_random.Next(2) == 0 ? "anyOf" : "oneOf"] = new JsonArray(inner, new JsonObject { ["type"] = "null" }) }, _random.Next(3) == 0 ? null : value);
            case 11:
                string name = $"D{_definitions.Count}";
                _definitions.Add(name, null); // the name is taken, whatever lies below
                (JsonObject defined, JsonNode? used) = NextAny(depth - 1);
                _definitions[name] = defined;
                return (new() { ["$ref"] = $"#/$defs/{name}" }, used);
            case 12:
                return (new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "number" }) }, _random.Next(2) == 0 ? Integer() : 0.5m);
            case 13:
                (JsonObject part, JsonNode? all) = NextObject(depth - 1);
                return (new() { ["allOf"] = new JsonArray(part) }, all);
            case 14:
                (JsonObject left, JsonNode? one) = NextObject(depth - 1);
                (JsonObject right, JsonNode? other) = NextObject(depth - 1);
                return (new() { ["oneOf"] = new JsonArray(left, right) }, _random.Next(2) == 0 ? one : other);
            default: return NextObject(depth - 1);
        }
    }

    private (JsonObject Schema, JsonNode? Value) NextList(int depth)
    {
        (JsonObject items, JsonNode? first) = NextAny(depth - 1);
        JsonArray list = [];
        if (first is not null)
        {
            list.Add(first);
            list.Add(first.DeepClone());
        }

        return (new() { ["type"] = "array", ["items"] = items }, list);
    }

    private (JsonObject Schema, JsonNode? Value) NextObject(int depth)
    {
        JsonObject properties = [];
        JsonObject value = [];
        JsonArray required = [];
        for (int i = _random.Next(5); i > 0; i--)
        {
            string name = _random.Next(8) == 0 ? $"odd name \"{_names++}/~" : $"m{_names++}"; // no two alike, or alternatives would disagree on a type
            (JsonObject schema, JsonNode? member) = NextAny(depth - 1);
            properties.Add(name, schema);
            bool isRequired = _random.Next(2) == 0;
            if (isRequired)
            {
                required.Add(name);
            }

            if (isRequired || _random.Next(2) == 0)
            {
                value.Add(name, member);
            }
        }

        return (new() { ["type"] = "object", ["properties"] = properties, ["required"] = required }, value);
    }

    private string Text() => _random.Next(3) switch { 0 => "", 1 => "é\"\\", _ => "text" };

    private long Integer() => _random.Next(4) == 0 ? _random.NextInt64(-900_000_000_000_000, 900_000_000_000_000) : _random.Next(-10, 10);

    private string Instant() => DateTimeOffset.UnixEpoch.AddMinutes(_random.Next(100_000_000))
        .ToOffset(TimeSpan.FromHours(_random.Next(-11, 12))).ToString(_random.Next(2) == 0 ? "yyyy-MM-ddTHH:mm:sszzz" : "yyyy-MM-ddTHH:mm:ss.fff000zzz", CultureInfo.InvariantCulture);
}
