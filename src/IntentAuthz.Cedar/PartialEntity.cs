using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// An entity of a request that may not be known yet: a known one, any one of a type, or any at all. <c>default</c> is
/// <see cref="Unknown"/>. Immutable.
/// </summary>
public readonly record struct PartialEntity
{
    private PartialEntity(EntityUid? uid, string? type)
    {
        Uid = uid;
        Type = type;
    }

    /// <summary>Any entity at all.</summary>
    public static PartialEntity Unknown => default;

    /// <summary>The entity, where it is known.</summary>
    public EntityUid? Uid { get; }

    /// <summary>The entity type, where it is known.</summary>
    public string? Type { get; }

    /// <summary>A known entity.</summary>
    /// <param name="uid">Its identity; not <c>default</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="uid"/> is <c>default(EntityUid)</c>.</exception>
    public static PartialEntity Known(EntityUid uid) => uid.Type.Length > 0
        ? new(uid, uid.Type)
        : throw new ArgumentException("The entity uid has no type; default(EntityUid) names no entity.", nameof(uid));

    /// <summary>Any entity of a type.</summary>
    /// <param name="type">A Cedar path.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> is not a Cedar path.</exception>
    public static PartialEntity OfType(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return CedarIdentifier.IsPath(type)
            ? new(null, type)
            : throw new ArgumentException($"'{CedarText.Shorten(type)}' is not an entity type. Use identifiers separated by '::'.", nameof(type));
    }

    /// <inheritdoc cref="Known"/>
    public static implicit operator PartialEntity(EntityUid uid) => Known(uid);

    /// <summary>The identity, the type and a question mark, or a question mark.</summary>
    public override string ToString() => Uid?.ToString() ?? (Type is null ? "?" : $"{Type}::?");
}
