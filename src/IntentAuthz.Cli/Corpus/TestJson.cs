using System.Text.Json;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Reads the JSON of tests; whatever is not as it should be is a <see cref="FormatException"/> that names the place.</summary>
internal static class TestJson
{
    // Contexts nest as deep as the library allows, and stand a few levels below the root.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 2048 };

    public static JsonDocument Parse(string path)
    {
        // Some editors put a byte order mark before the text.
        var bytes = File.ReadAllBytes(path).AsMemory();
        try
        {
            return JsonDocument.Parse(bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes, Options);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{Path.GetFileName(path)} is not JSON: {exception.Message}", exception);
        }
    }

    public static JsonElement? Optional(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement Required(JsonElement element, string property) =>
        Optional(element, property) ?? throw new FormatException($"`{property}` is missing");

    public static string Text(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"`{what}` is not a string");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException($"`{what}` holds a lone surrogate, which is not text", exception);
        }
    }

    public static bool? OptionalBool(JsonElement element, string property) => Optional(element, property) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new FormatException($"`{property}` is neither true nor false"),
    };

    /// <summary>The items of an array; none where it is missing.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string property) => Optional(element, property) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        _ => throw new FormatException($"`{property}` is not an array"),
    };

    /// <summary>The members of an object; none where it is missing.</summary>
    public static IEnumerable<JsonProperty> Members(JsonElement? element, string property) => element is null ? [] : Optional(element.Value, property) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Object } members => members.EnumerateObject(),
        _ => throw new FormatException($"`{property}` is not an object"),
    };
}
