using System.Text;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>A reference to an entity. The entity itself need not exist.</summary>
public sealed class CedarEntity : CedarValue
{
    /// <summary>Creates a reference.</summary>
    /// <param name="uid">The identity; not <c>default</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="uid"/> is <c>default(EntityUid)</c>.</exception>
    public CedarEntity(EntityUid uid)
    {
        if (uid.Type.Length == 0)
        {
            throw new ArgumentException("The entity uid has no type; default(EntityUid) names no entity.", nameof(uid));
        }

        Uid = uid;
    }

    internal CedarEntity(EntityUid uid, ResolvedEntity resolved)
    {
        Uid = uid;
        Resolved = resolved;
    }

    /// <summary>The identity of the entity.</summary>
    public EntityUid Uid { get; }

    // The numbers of the entity, in a value that belongs to a binding.
    internal ResolvedEntity? Resolved { get; }

    internal override string TypeName => $"(entity of type `{Uid.Type}`)";

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarEntity that && Uid == that.Uid;

    /// <inheritdoc/>
    public override int GetHashCode() => Uid.GetHashCode();

    internal override void AppendTo(StringBuilder builder)
    {
        builder.Append(Uid.Type).Append("::");
        CedarText.AppendQuoted(builder, Uid.Id);
    }
}
