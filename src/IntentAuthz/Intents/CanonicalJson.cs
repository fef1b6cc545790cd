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
    private const int MostPlain = 1024; // what is larger is mostly text, and a document of it is no matter

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

    /// <summary>Writes a value that was read once already, so that no name stands twice in one object. The arguments of most calls are a few plain values, of which no document is made.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="json">One value in UTF-8.</param>
    internal static void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> json)
    {
        Span<byte> room = stackalloc byte[MostPlain];
        if (json.Length <= MostPlain && TryWritePlain(json.Span, room, out int length))
        {
            writer.WriteRawValue(room[..length], skipInputValidation: true);
            return;
        }

        using JsonDocument whole = JsonDocument.Parse(json);
        Write(writer, whole.RootElement);
    }

    /// <summary>Writes an object of few members where all is written plainly already: no value holds others, nothing has escapes, and each number is the short form of an integer.</summary>
    /// <param name="json">One value in UTF-8.</param>
    /// <param name="destination">Where to; as long as what is read.</param>
    /// <param name="length">How much was written.</param>
    internal static bool TryWritePlain(ReadOnlySpan<byte> json, Span<byte> destination, out int length)
    {
        Span<PlainMember> members = stackalloc PlainMember[Few];
        length = 0;
        if (!TryReadPlain(json, members, out int count))
        {
            return false;
        }

        destination[length++] = (byte)'{';
        foreach (PlainMember member in members[..count])
        {
            if (length > 1)
            {
                destination[length++] = (byte)',';
            }

            Append(member.Name(json), destination, ref length);
            destination[length++] = (byte)':';
            Append(member.Value(json), destination, ref length);
        }

        destination[length++] = (byte)'}';
        return true;
    }

    private static void Append(ReadOnlySpan<byte> written, Span<byte> destination, ref int length)
    {
        written.CopyTo(destination[length..]);
        length += written.Length;
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
            if (count == members.Length || !IsWrittenAsItStands(reader.ValueSpan, reader.ValueIsEscaped))
            {
                return false;
            }

            int name = (int)reader.TokenStartIndex, nameLength = reader.ValueSpan.Length + 2; // quotes and all
            reader.Read();
            bool isPlain = reader.TokenType switch
            {
                JsonTokenType.String => IsWrittenAsItStands(reader.ValueSpan, reader.ValueIsEscaped),
                JsonTokenType.Number => JsonNumber.IsShortInteger(reader.ValueSpan),
                _ => reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null,
            };
            if (!isPlain)
            {
                return false;
            }

            int quotes = reader.TokenType == JsonTokenType.String ? 2 : 0;
            PlainMember member = new(name, nameLength, (int)reader.TokenStartIndex, reader.ValueSpan.Length + quotes);
            int place = count++;
            for (; place > 0 && members[place - 1].Text(json).SequenceCompareTo(member.Text(json)) > 0; place--)
            {
                members[place] = members[place - 1];
            }

            members[place] = member;
        }

        return true;
    }

    /// <summary>Whether a writer would write a text just as it stands: printable ASCII, of which JSON has no quotation marks without escapes.</summary>
    private static bool IsWrittenAsItStands(ReadOnlySpan<byte> text, bool isEscaped) => !isEscaped && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');

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

    private readonly record struct PlainMember(int NameAt, int NameLength, int ValueAt, int ValueLength)
    {
        /// <summary>With its quotation marks.</summary>
        internal ReadOnlySpan<byte> Name(ReadOnlySpan<byte> json) => json.Slice(NameAt, NameLength);

        internal ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json) => json.Slice(NameAt + 1, NameLength - 2);

        /// <summary>As it is written.</summary>
        internal ReadOnlySpan<byte> Value(ReadOnlySpan<byte> json) => json.Slice(ValueAt, ValueLength);
    }
}
