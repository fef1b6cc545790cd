using System.Buffers;
using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// Reads what a function returned while the guard still watches it. What would run later (a stream, a lazy sequence) is run here to its end:
/// handed on unread, the tool would go on outside the guard and return what nobody judged.
/// </summary>
internal static class ResultReader
{
    /// <summary>The result as the model would see it, with the value behind it where that cannot change or run any more.</summary>
    internal static async ValueTask<ToolResult> ReadAsync(
        FunctionResult result, KernelFunction function, JsonSerializerOptions options, int maxItems, CancellationToken cancellationToken)
    {
        object? value = result.GetValue<object>();
        if (await StreamReader.TryReadAsync(value, maxItems, cancellationToken).ConfigureAwait(false) is { } items)
        {
            value = items.TrueForAll(static i => i is string or StreamingKernelContent or KernelContent)
                ? string.Concat(items)
                : ListOf(items, options);
        }

        FunctionResult Settled() => new(function, value, result.Culture, result.Metadata);
        switch (value)
        {
            case null:
                return ToolResult.None;
            case string text:
                return ToolResult.FromText(text, Settled());
            case TextContent text:
                return ToolResult.FromText(text.Text ?? "", Settled());
            case ChatMessageContent message when message.Items.All(static i => i is TextContent):
                return ToolResult.FromText(string.Concat(message.Items.Select(static i => i.ToString())), Settled());
            case JsonElement json:
                return ToolResult.FromJson(json, Settled());
        }

        JsonElement seen = ToJson(value, options);
        bool mayRunAgain = value is IEnumerable and not (ICollection or JsonNode);
        return ToolResult.FromJson(seen, mayRunAgain || value is KernelContent ? null : Settled());
    }

    private static JsonElement ListOf(List<object?> items, JsonSerializerOptions options)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartArray();
            foreach (object? item in items)
            {
                if (item is null)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    ToJson(item, options).WriteTo(writer);
                }
            }

            writer.WriteEndArray();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static JsonElement ToJson(object value, JsonSerializerOptions options)
    {
        try
        {
            return JsonElement.Parse(JsonForm.Write(value, options).Span);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidOperationException(
                $"The function returned a {value.GetType().Name}, which has no JSON form, so its result cannot be judged; return text or something that can be serialised.", e);
        }
    }
}
