using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntentAuthz.Cedar.Json;

/// <summary>Makes a JSON text of what a writer writes.</summary>
internal static class JsonOutput
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // Operators are names here, and the text is not meant for HTML: `&&` stays readable.
        // A chain of operators nests as deep as it is long; the writer keeps its own stack.
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = CedarLimits.MaxJsonLength }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
