using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a tool returned, in the form in which the model would see it. Immutable.</summary>
public sealed class ToolResult
{
    private ToolResult(string? text, JsonElement? json, object? original)
    {
        Text = text;
        Json = json;
        Original = original;
    }

    /// <summary>A tool that returns nothing.</summary>
    public static ToolResult None { get; } = new(null, null, null);

    /// <summary>The text, when the result is text.</summary>
    public string? Text { get; }

    /// <summary>The JSON, when the result is JSON.</summary>
    public JsonElement? Json { get; }

    /// <summary>The object that text or JSON was made from. It is dropped when the guard had to change the result, so that nobody can go around the change.</summary>
    public object? Original { get; }

    /// <summary>A text.</summary>
    /// <param name="text">What the model would see.</param>
    /// <param name="original">The object it was made from, for adapters that hand it on.</param>
    public static ToolResult FromText(string text, object? original = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ToolResult(text, null, original);
    }

    /// <summary>A JSON value.</summary>
    /// <param name="json">What the model would see.</param>
    /// <param name="original">The object it was made from, for adapters that hand it on.</param>
    public static ToolResult FromJson(JsonElement json, object? original = null) => new(null, json, original);

    /// <summary>What the tool or its server says of the result at run time, or null. It can only make the label worse than what the descriptor declares.</summary>
    public Label? Claimed { get; private init; }

    /// <summary>The same result with what the tool or its server says of it, such as in the <c>_meta</c> of an MCP result.</summary>
    /// <param name="claimed">The label; nothing is made better by it.</param>
    public ToolResult WithClaim(Label claimed) => new(Text, Json, Original) { Claimed = claimed };

    /// <summary>The same without the object it was made from, for whoever keeps it for long.</summary>
    internal ToolResult WithoutOriginal() => Original is null ? this : new(Text, Json, null) { Claimed = Claimed };

    /// <summary>How long the text or JSON is, in UTF-16 units or UTF-8 bytes, without making it.</summary>
    internal int Length => Text?.Length ?? (Json is { } json ? JsonMarshal.GetRawUtf8Value(json).Length : 0);

    /// <summary>What the model sees: the text, or the JSON as text.</summary>
    public override string ToString() => Text ?? Json?.GetRawText() ?? "";
}
