using System.Buffers;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>JSON for timelines: everything beyond ASCII is escaped, so that it is safe wherever it is shown.</summary>
internal static class IncidentJson
{
    internal static string Object(Action<Utf8JsonWriter> members) => Encoding.UTF8.GetString(ObjectBytes(members));

    internal static byte[] ObjectBytes(Action<Utf8JsonWriter> members, bool indented = false)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = indented }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    internal static void Text(Utf8JsonWriter writer, string name, string? value, int most = Identifier.MaxLength * 2)
    {
        if (value is not null)
        {
            writer.WriteString(name, ShownText.Of(value, most));
        }
    }

    internal static void List(Utf8JsonWriter writer, string name, IEnumerable<string> values, int most)
    {
        writer.WriteStartArray(name);
        foreach (string value in values.Take(most))
        {
            writer.WriteStringValue(ShownText.Of(value, Identifier.MaxLength));
        }

        writer.WriteEndArray();
    }
}
