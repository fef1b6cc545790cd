using System.Text.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>A JSON value and where it stands in its source, which <see cref="JsonElement"/> does not tell.</summary>
internal sealed class LocatedJson(JsonValueKind kind, TextRange range, string? text = null)
{
    public JsonValueKind Kind { get; } = kind;

    public TextRange Range { get; } = range;

    /// <summary>The text of a string, without quotes and escapes.</summary>
    public string? Text { get; } = text;

    /// <summary>The properties of an object, in order.</summary>
    public List<Property> Properties { get; } = [];

    /// <summary>The items of an array, in order.</summary>
    public List<LocatedJson> Items { get; } = [];

    /// <summary>A property and where its name stands.</summary>
    public readonly record struct Property(string Name, TextRange NameRange, LocatedJson Value);

    public string Describe() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the string `{CedarText.Shorten(Text)}`",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a bool",
        _ => "null",
    };
}
