using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>Names one passage of a tool call through the guard. The guard mints it; a framework's own call id may repeat and is only recorded.</summary>
/// <remarks>
/// Made by the library from 128 random bits, so it cannot be guessed or repeated: <c>call_</c> and 22 characters of base64url. Compared ordinally,
/// and letters of either case differ.
/// </remarks>
public readonly record struct CallId
{
    /// <summary>How many random bytes one is made of.</summary>
    internal const int RandomBytes = 16;

    /// <summary>How many characters the library writes one with.</summary>
    internal const int Length = 5 + EncodedLength;

    private const int EncodedLength = 22; // six bits a character

    // Of one that is written as the library writes its own, whoever wrote it, the bytes alone: most ids are never read, and the text is larger.
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly string? _text;

    /// <summary>Takes an identifier that was made earlier, such as one read back from a store or a web request.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public CallId(string value)
    {
        Identifier.Validate(value, nameof(CallId));
        Span<byte> random = stackalloc byte[RandomBytes];
        this = TryDecode(value, random) && Of(random) is { HasBytes: true } own ? own : new CallId(0, 0, value);
    }

    private CallId(ulong first, ulong second, string? text) => (_first, _second, _text) = (first, second, text);

    /// <summary>The identifier's text. Of one that the library made it is written anew each time; null in a default value.</summary>
    public string Value => !HasBytes ? _text! : string.Create(Length, this, static (text, id) => id.Format(text));

    private bool HasBytes => (_first | _second) != 0; // what is made of zeros alone is kept as text, since a default value is too

    internal static CallId New()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Of(random);
    }

    /// <summary>Of random bytes that somebody has ready.</summary>
    internal static CallId Of(ReadOnlySpan<byte> random)
    {
        ulong first = BinaryPrimitives.ReadUInt64BigEndian(random), second = BinaryPrimitives.ReadUInt64BigEndian(random[8..]);
        return (first | second) != 0 ? new CallId(first, second, null) : new CallId(0, 0, "call_" + new string('A', EncodedLength));
    }

    /// <summary>Whether it is written as the library writes the ids that it makes, and of which bytes it is made then.</summary>
    internal bool TryGetBytes(Span<byte> random)
    {
        if (!HasBytes)
        {
            return TryDecode(_text, random);
        }

        BinaryPrimitives.WriteUInt64BigEndian(random, _first);
        BinaryPrimitives.WriteUInt64BigEndian(random[8..], _second);
        return true;
    }

    /// <summary>Writes the text in ASCII, where it is one that the library writes; else the length is 0.</summary>
    internal int WriteTo(Span<byte> ascii)
    {
        if (!HasBytes)
        {
            return 0;
        }

        Span<byte> random = stackalloc byte[RandomBytes];
        TryGetBytes(random);
        "call_"u8.CopyTo(ascii);
        return 5 + Base64Url.EncodeToUtf8(random, ascii[5..]);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_first, _second, _text); // seeded: an id can come out of a web request

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    private void Format(Span<char> text)
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        TryGetBytes(random);
        "call_".CopyTo(text);
        Base64Url.EncodeToChars(random, text[5..]);
    }

    private static bool TryDecode(string? value, Span<byte> random)
    {
        if (value is not { Length: Length } || !value.StartsWith("call_", StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> encoded = value.AsSpan(5);
        Span<char> again = stackalloc char[EncodedLength];
        return Base64Url.DecodeFromChars(encoded, random, out _, out int decoded) == OperationStatus.Done && decoded == RandomBytes
            && Base64Url.EncodeToChars(random, again) == encoded.Length && encoded.SequenceEqual(again); // else bits of the last character would be lost
    }
}
