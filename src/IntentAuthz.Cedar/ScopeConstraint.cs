using System.Collections.Immutable;
using System.Text;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>What a policy's scope asks of the principal, the action or the resource. Immutable.</summary>
public sealed class ScopeConstraint
{
    internal ScopeConstraint(ScopeKind kind, string? entityType, ImmutableArray<EntityUid> entities, bool hasSlot, TextRange range)
    {
        Kind = kind;
        EntityType = entityType;
        EntityArray = entities;
        Entities = entities;
        HasSlot = hasSlot;
        Range = range;
    }

    /// <summary>The form of the constraint.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The entity type of <see cref="ScopeKind.Is"/> and <see cref="ScopeKind.IsIn"/>, else null.</summary>
    public string? EntityType { get; }

    /// <summary>
    /// The entities compared with: one for <see cref="ScopeKind.Equal"/>, <see cref="ScopeKind.In"/> and
    /// <see cref="ScopeKind.IsIn"/>, any number for <see cref="ScopeKind.InSet"/>, else none. None either where a template has a slot.
    /// </summary>
    public IReadOnlyList<EntityUid> Entities { get; }

    /// <summary>Whether a template's slot stands where the entity would. False in a policy.</summary>
    public bool HasSlot { get; }

    internal static ScopeConstraint Any { get; } = new(ScopeKind.Any, null, [], false, default);

    internal ImmutableArray<EntityUid> EntityArray { get; }

    internal TextRange Range { get; }

    internal ScopeConstraint Fill(EntityUid entity) => new(Kind, EntityType, [entity], false, Range);

    // The constraint as Cedar text, for the variable that it is about: principal, action or resource.
    internal void AppendTo(StringBuilder builder, string variable)
    {
        builder.Append(variable);
        if (Kind is ScopeKind.Is or ScopeKind.IsIn)
        {
            builder.Append(" is ").Append(EntityType);
        }

        builder.Append(Kind switch
        {
            ScopeKind.Equal => " == ",
            ScopeKind.In or ScopeKind.InSet or ScopeKind.IsIn => " in ",
            _ => "",
        });
        if (Kind == ScopeKind.InSet)
        {
            builder.Append('[').AppendJoin(", ", Entities).Append(']');
        }
        else if (HasSlot)
        {
            builder.Append('?').Append(variable);
        }
        else if (EntityArray.Length == 1)
        {
            builder.Append(EntityArray[0]);
        }
    }
}
