using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>Texts for a model: of a bounded length, and saying so where something was left out.</summary>
internal static class Answer
{
    /// <summary>A model reads signs more easily than escapes, and nobody puts these answers into HTML.</summary>
    internal static JsonWriterOptions Writing { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bytes as text; what is no UTF-8 is replaced.</summary>
    internal static string Cut(ReadOnlySpan<byte> bytes, int most)
    {
        // A character has at most four bytes, so no more needs to be looked at.
        bool isCut = bytes.Length > most * 4L;
        string text = Encoding.UTF8.GetString(isCut ? bytes[..(most * 4)] : bytes);
        if (text.Length <= most && !isCut)
        {
            return text;
        }

        int length = Math.Min(most, text.Length);
        length -= length > 0 && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
        return $"{text.AsSpan(0, length)}\n[the rest is left out]";
    }
}
