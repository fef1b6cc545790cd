using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// The identity of an entity: a type such as <c>User</c> or <c>Docs::Folder</c>, and an id, which may be any text.
/// Two identities are equal when type and id are equal, ordinally. Instances are immutable and safe to share.
/// </summary>
/// <remarks><c>default(EntityUid)</c> names no entity; its <see cref="Type"/> and <see cref="Id"/> are empty.</remarks>
public readonly record struct EntityUid : ISpanParsable<EntityUid>
{
    private readonly string? _type;
    private readonly string? _id;

    /// <summary>Creates an identity.</summary>
    /// <param name="type">A Cedar path: identifiers separated by <c>::</c>, none of them a reserved word.</param>
    /// <param name="id">Any well-formed UTF-16 text, also the empty string.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> is not a Cedar path, or <paramref name="id"/> holds a lone
    /// surrogate.</exception>
    public EntityUid(string type, string id)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(id);
        if (!CedarIdentifier.IsPath(type))
        {
            throw new ArgumentException(
                $"'{CedarText.Shorten(type)}' is not an entity type. Use identifiers separated by '::', such as \"User\" or \"Docs::Folder\"; reserved words are not identifiers.",
                nameof(type));
        }

        if (!WellFormedText.IsWellFormed(id))
        {
            throw new ArgumentException("The id holds a lone surrogate, which has no UTF-8 form. Replace it before building the entity uid.", nameof(id));
        }

        _type = type;
        _id = id;
    }

    private EntityUid(string type, string id, bool _)
    {
        _type = type;
        _id = id;
    }

    /// <summary>The entity type, a Cedar path such as <c>Docs::Folder</c>.</summary>
    public string Type => _type ?? "";

    /// <summary>The id within the type, without quotes or escapes.</summary>
    public string Id => _id ?? "";

    // Parsers have checked the type already; checking every literal twice would show in load times.
    internal static EntityUid FromChecked(string type, string id) => new(type, id, false);

    /// <summary>Splits the identity into its parts.</summary>
    /// <param name="type">The entity type.</param>
    /// <param name="id">The id.</param>
    public void Deconstruct(out string type, out string id) => (type, id) = (Type, Id);

    /// <summary>Parses the form that <see cref="ToString()"/> writes, <c>User::"alice"</c>.</summary>
    /// <param name="text">The text; white space and comments around its parts are allowed, as in a policy.</param>
    /// <exception cref="FormatException">The text is not an entity uid.</exception>
    public static EntityUid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text.AsSpan());
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static EntityUid Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var uid)
            ? uid
            : throw new FormatException($"'{CedarText.Shorten(text)}' is not an entity uid. The form is Type::\"id\".");

    /// <summary>Parses the form that <see cref="ToString()"/> writes.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="uid">The identity, or <c>default</c>.</param>
    /// <returns>Whether the text is an entity uid.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out EntityUid uid) => TryParse(text.AsSpan(), out uid);

    /// <inheritdoc cref="TryParse(string?, out EntityUid)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out EntityUid uid)
    {
        uid = default;
        if (text.Length > CedarLimits.MaxTokenLength)
        {
            return false;
        }

        if (EntityUidReader.Read(text.ToString()) is not { } read)
        {
            return false;
        }

        uid = read;
        return true;
    }

    static EntityUid IParsable<EntityUid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<EntityUid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EntityUid result) => TryParse(s, out result);

    static EntityUid ISpanParsable<EntityUid>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<EntityUid>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out EntityUid result) => TryParse(s, out result);

    /// <summary>The Cedar text, with the id quoted and escaped: <c>User::"alice"</c>.</summary>
    public override string ToString() => $"{Type}::{CedarText.Quote(Id)}";
}
