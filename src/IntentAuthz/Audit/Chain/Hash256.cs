using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace IntentAuthz;

/// <summary>A SHA-256 hash. As text it is base64url without padding, 43 characters.</summary>
[InlineArray(32)]
internal struct Hash256
{
    internal const int TextLength = 43;

    private byte _first;

    internal static Hash256 From(ReadOnlySpan<byte> bytes)
    {
        Hash256 hash = default;
        bytes.CopyTo(hash);
        return hash;
    }

    /// <summary>Reads the text form; only the one that <see cref="ToText"/> writes is understood.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out Hash256 hash)
    {
        hash = default;
        Span<byte> back = stackalloc byte[TextLength];
        return text.Length == TextLength
            && Base64Url.DecodeFromUtf8(text, hash, out _, out int written) == OperationStatus.Done && written == 32
            && Base64Url.TryEncodeToUtf8(hash, back, out _) && back.SequenceEqual(text);
    }

    internal readonly bool Is(in Hash256 other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    internal readonly string ToText() => Base64Url.EncodeToString(this);
}
