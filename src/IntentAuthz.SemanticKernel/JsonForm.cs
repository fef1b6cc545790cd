using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>The JSON that stands for .NET values on their way to a tool and back.</summary>
internal static class JsonForm
{
    private static readonly JsonSerializerOptions s_plain = Plain();

    /// <summary>
    /// How a function reads its arguments. One that was made without options reads them, and has its schema, with the serializer's own
    /// defaults, although it reports the options that its results are written with: the two spell member names differently.
    /// </summary>
    internal static JsonSerializerOptions ForArguments(KernelFunction function) =>
        ReferenceEquals(function.JsonSerializerOptions, AIJsonUtilities.DefaultOptions) ? s_plain : function.JsonSerializerOptions;

    /// <summary>
    /// The value without white space and in the default escapes, whatever the options say of either: secrets are looked for in that form.
    /// Throws what the serializer, a converter or a property throws.
    /// </summary>
    internal static ReadOnlyMemory<byte> Write(object value, JsonSerializerOptions options)
    {
        JsonTypeInfo type = options.GetTypeInfo(value.GetType());
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return buffer.WrittenMemory;
    }

    private static JsonSerializerOptions Plain()
    {
        JsonSerializerOptions options = new() { TypeInfoResolver = AIJsonUtilities.DefaultOptions.TypeInfoResolver };
        options.MakeReadOnly();
        return options;
    }
}
