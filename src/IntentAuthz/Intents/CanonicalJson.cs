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
    private const int Few = 16;

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

    /// <summary>Writes a value that was read once already. The arguments of most calls are a few plain values, of which no document is made.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="json">One value in UTF-8.</param>
    internal static void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> json)
    {
        Span<PlainMember> members = stackalloc PlainMember[Few];
        if (TryReadPlain(json.Span, members, out int count))
        {
            WritePlain(writer, json.Span, members[..count]);
            return;
        }

        using JsonDocument whole = JsonDocument.Parse(json);
        Write(writer, whole.RootElement);
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
                WriteNumber(writer, JsonMarshal.GetRawUtf8Value(value));
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

    /// <summary>The members of an object in the order of their names, where there are few and all is written plainly: no value holds others, nothing has escapes.</summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> json, Span<PlainMember> members, out int count)
    {
        count = 0;
        Utf8JsonReader reader = new(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (count == members.Length || reader.ValueIsEscaped || !Ascii.IsValid(reader.ValueSpan))
            {
                return false;
            }

            int name = (int)reader.TokenStartIndex + 1, length = reader.ValueSpan.Length;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || reader.ValueIsEscaped)
            {
                return false;
            }

            int at = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
            PlainMember member = new(name, length, at, reader.ValueSpan.Length, reader.TokenType);
            int place = count++;
            for (; place > 0 && members[place - 1].Name(json).SequenceCompareTo(member.Name(json)) > 0; place--)
            {
                members[place] = members[place - 1];
            }

            members[place] = member;
        }

        return true;
    }

    private static void WritePlain(Utf8JsonWriter writer, ReadOnlySpan<byte> json, ReadOnlySpan<PlainMember> members)
    {
        writer.WriteStartObject();
        foreach (PlainMember member in members)
        {
            writer.WritePropertyName(member.Name(json));
            switch (member.Type)
            {
                case JsonTokenType.String:
                    writer.WriteStringValue(member.Value(json));
                    break;
                case JsonTokenType.Number:
                    WriteNumber(writer, member.Value(json));
                    break;
                default:
                    writer.WriteRawValue(member.Value(json), skipInputValidation: true); // true, false or null
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> raw)
    {
        if (!JsonNumber.TryRead(raw, out JsonNumber number))
        {
            // Too long to have one spelling: its own text is the safe choice, since it can only make equal values differ.
            writer.WriteRawValue(raw, skipInputValidation: true);
            return;
        }

        Span<byte> text = stackalloc byte[JsonNumber.MaxText];
        writer.WriteRawValue(text[..number.WriteCanonical(text)], skipInputValidation: true);
    }

    private readonly record struct PlainMember(int NameAt, int NameLength, int ValueAt, int ValueLength, JsonTokenType Type)
    {
        internal ReadOnlySpan<byte> Name(ReadOnlySpan<byte> json) => json.Slice(NameAt, NameLength);

        internal ReadOnlySpan<byte> Value(ReadOnlySpan<byte> json) => json.Slice(ValueAt, ValueLength);
    }
}
