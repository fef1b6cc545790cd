using System.Buffers;

namespace IntentAuthz;

/// <summary>Names one incident.</summary>
/// <remarks>Made by the library from 128 random bits. It is a file name too: lower-case letters, digits and an underscore, nothing else.</remarks>
public readonly record struct IncidentId
{
    private const string Prefix = "inc_";
    private const int Length = 36;
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Takes an identifier that was made earlier, such as one that somebody has typed.</summary>
    /// <param name="value"><c>inc_</c> and 32 hexadecimal digits.</param>
    /// <exception cref="ArgumentException">The value is something else.</exception>
    public IncidentId(string value) => Value = IsValid(value)
        ? value
        : throw new ArgumentException("An incident's id is 'inc_' and 32 hexadecimal digits, as 'intentauthz incident list' shows it.", nameof(value));

    private IncidentId(Guid random) => Value = $"{Prefix}{random:N}";

    /// <summary>The identifier's text.</summary>
    public string Value { get; }

    internal static IncidentId New() => new(Guid.NewGuid());

    internal static bool IsValid(string? value) =>
        value is { Length: Length } && value.StartsWith(Prefix, StringComparison.Ordinal) && value.AsSpan(Prefix.Length).IndexOfAnyExcept(s_digits) < 0;

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
