using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>Names one passage of a tool call through the guard. The guard mints it; a framework's own call id may repeat and is only recorded.</summary>
/// <remarks>Made by the library from 128 random bits, so it cannot be guessed or repeated. Compared ordinally.</remarks>
public readonly record struct CallId
{
    /// <summary>How many random bytes one is made of.</summary>
    internal const int RandomBytes = 16;

    private const string Prefix = "call_";

    /// <summary>Takes an identifier that was made earlier, such as one read back from a store or a web request.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public CallId(string value) => Value = Identifier.Validate(value, nameof(CallId));

    private CallId(ReadOnlySpan<byte> random)
    {
        Span<char> text = stackalloc char[Prefix.Length + (2 * RandomBytes)];
        Prefix.CopyTo(text);
        Convert.TryToHexStringLower(random, text[Prefix.Length..], out _);
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

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
