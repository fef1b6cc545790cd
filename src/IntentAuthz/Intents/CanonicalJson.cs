using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// One text for equal JSON values: members sorted by name, no white space, numbers in one spelling. It follows RFC 8785 except that
/// numbers keep every digit (RFC 8785 rounds them to doubles, so that two different account numbers could share a digest).
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    internal static Utf8JsonWriter CreateWriter(IBufferWriter<byte> destination) => new(destination, s_options);

    internal static string Text(JsonElement value)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = CreateWriter(buffer))
        {
            Write(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the value. Depth is bounded by the parser that made the element.</summary>
    internal static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                WriteNumber(writer, value);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        int count = value.GetPropertyCount();
        bool isPlain = true;
        JsonProperty[] members = ArrayPool<JsonProperty>.Shared.Rent(count);
        try
        {
            int i = 0;
            foreach (JsonProperty member in value.EnumerateObject())
            {
                members[i++] = member;
                isPlain &= IsPlain(JsonMarshal.GetRawUtf8PropertyName(member));
            }

            // By UTF-16 units. Of ASCII that is the order of its bytes, and no text need be made.
            members.AsSpan(0, count).Sort(
                isPlain
                    ? static (a, b) => JsonMarshal.GetRawUtf8PropertyName(a).SequenceCompareTo(JsonMarshal.GetRawUtf8PropertyName(b))
                    : static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            writer.WriteStartObject();
            foreach (JsonProperty member in members.AsSpan(0, count))
            {
                if (isPlain)
                {
                    writer.WritePropertyName(JsonMarshal.GetRawUtf8PropertyName(member));
                }
                else
                {
                    writer.WritePropertyName(member.Name);
                }

                Write(writer, member.Value);
            }

            writer.WriteEndObject();
        }
        finally
        {
            ArrayPool<JsonProperty>.Shared.Return(members, clearArray: true);
        }
    }

    /// <summary>Whether a name is ASCII and written without escapes.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> written) => Ascii.IsValid(written) && !written.Contains((byte)'\\');

    private static void WriteNumber(Utf8JsonWriter writer, JsonElement value)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (!JsonNumber.TryRead(raw, out JsonNumber number))
        {
            // Too long to have one spelling: its own text is the safe choice, since it can only make equal values differ.
            writer.WriteRawValue(raw, skipInputValidation: true);
            return;
        }

        Span<byte> text = stackalloc byte[JsonNumber.MaxText];
        writer.WriteRawValue(text[..number.WriteCanonical(text)], skipInputValidation: true);
    }
}
