using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Sqlite;

/// <summary>A list of texts in one column, as a JSON array.</summary>
internal static class TextList
{
    internal static string Write(ImmutableArray<string> texts)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartArray();
            foreach (string text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static ImmutableArray<string> Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    internal static ImmutableArray<string> Read(ReadOnlySpan<byte> json)
    {
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>();
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                texts.Add(reader.GetString()!);
            }
        }

        return texts.DrainToImmutable();
    }
}
