using System.Text.Json;

namespace IntentAuthz.SemanticKernel;

/// <summary>The one JSON type that a schema names, beside null.</summary>
internal static class SchemaTypes
{
    internal const string Text = "string";
    internal const string Boolean = "boolean";
    internal const string Integer = "integer";
    internal const string Number = "number";
    internal const string Array = "array";
    internal const string Object = "object";

    /// <summary>The type, or null when the schema names none or several.</summary>
    internal static string? Of(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out JsonElement type))
        {
            return null;
        }

        if (type.ValueKind == JsonValueKind.String)
        {
            return type.GetString();
        }

        if (type.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string? only = null;
        foreach (JsonElement candidate in type.EnumerateArray())
        {
            if (candidate.ValueKind != JsonValueKind.String || candidate.ValueEquals("null"u8))
            {
                continue;
            }

            if (only is not null)
            {
                return null;
            }

            only = candidate.GetString();
        }

        return only;
    }

    /// <summary>The type that a tool's input schema gives an argument, or null.</summary>
    internal static string? OfArgument(ToolDescriptor tool, string argument) =>
        tool.InputSchema is { ValueKind: JsonValueKind.Object } schema
        && schema.TryGetProperty("properties", out JsonElement properties)
        && properties.ValueKind == JsonValueKind.Object
        && properties.TryGetProperty(argument, out JsonElement declared)
            ? Of(declared)
            : null;
}
