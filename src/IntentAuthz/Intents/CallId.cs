using System.Buffers;
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

    private const string Prefix = "call_";
    private const int EncodedLength = 22; // six bits a character
    private const int Length = 5 + EncodedLength;

    /// <summary>Takes an identifier that was made earlier, such as one read back from a store or a web request.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public CallId(string value) => Value = Identifier.Validate(value, nameof(CallId));

    private CallId(ReadOnlySpan<byte> random)
    {
        Span<char> text = stackalloc char[Length];
        Prefix.CopyTo(text);
        Base64Url.EncodeToChars(random, text[Prefix.Length..]);
        Value = new string(text);
    }

    /// <summary>The identifier's text.</summary>
    public string Value { get; }

    internal static CallId New()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return new CallId(random);
    }

    /// <summary>Of random bytes that somebody has ready.</summary>
    internal static CallId Of(ReadOnlySpan<byte> random) => new(random);

    /// <summary>Whether it is written as the library writes the ids that it makes, and of which bytes it is made then.</summary>
    internal bool TryGetBytes(Span<byte> random)
    {
        if (Value is not { Length: Length } text || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> encoded = text.AsSpan(Prefix.Length);
        Span<char> again = stackalloc char[EncodedLength];
        return Base64Url.DecodeFromChars(encoded, random, out _, out int decoded) == OperationStatus.Done && decoded == RandomBytes
            && Base64Url.EncodeToChars(random, again) == encoded.Length && encoded.SequenceEqual(again); // else bits of the last character would be lost
    }

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
