using System.Text.Json;

namespace IntentAuthz.Extensions.AI;

/// <summary>The arguments of a tool that a model can know of: those of its schema and its descriptor, without those that only the host supplies.</summary>
internal static class ShownArguments
{
    internal static SortedSet<string> Of(ToolDescriptor tool)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        if (Properties(tool) is { } properties)
        {
            names.UnionWith(properties.EnumerateObject().Select(static p => p.Name));
        }

        names.UnionWith(tool.Arguments.Keys);
        names.RemoveWhere(n => tool.Arguments.TryGetValue(n, out ArgumentDescriptor? declared) && declared.IsHostOnly);
        return names;
    }

    /// <summary>Whether the schema says <c>number</c>: then it is a decimal in policy, also where a model writes it without a fraction.</summary>
    internal static bool IsDecimal(ToolDescriptor tool, string argument) =>
        Properties(tool) is { } properties && properties.TryGetProperty(argument, out JsonElement property)
        && property.ValueKind == JsonValueKind.Object && property.TryGetProperty("type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String && type.ValueEquals("number");

    private static JsonElement? Properties(ToolDescriptor tool) =>
        tool.InputSchema is { ValueKind: JsonValueKind.Object } schema
        && schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object
            ? properties
            : null;
}
