using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>One difference that is tried. Changes with one key replace one another. What it is in words, <see cref="ChangeWords"/> says.</summary>
/// <param name="Key">What differs, without ambiguity.</param>
internal abstract record Change(string Key)
{
    /// <summary>How far it is from what a caller can do: of as many changes, those with the smallest sum are found first.</summary>
    public virtual int Weight => 10;
}

/// <summary>An attribute of the context (no owner) or of an entity gets a value, or is taken away.</summary>
/// <param name="Owner">The entity; null for the context.</param>
/// <param name="Path">The attribute, and those it lies in.</param>
/// <param name="Value">The value; null where it is taken away.</param>
/// <param name="Place">How the policy that asked for it reads the attribute.</param>
/// <param name="Body">That policy.</param>
internal sealed record AttributeChange(EntityUid? Owner, ImmutableArray<string> Path, CedarValue? Value, Expr Place, PolicyBody Body)
    : Change($"{(Owner is { } uid ? uid.ToString() : "context")}|{string.Join('|', Path.Select(CedarText.Quote))}")
{
    // Arguments are the caller's; what an entity is belongs to the host.
    public override int Weight => Owner is null ? 10 : 11;
}

/// <summary>An entity gets one parent more, or loses those by which it lies in a group.</summary>
/// <param name="Child">The entity.</param>
/// <param name="Parent">The group.</param>
/// <param name="IsAdded">Whether it gets it.</param>
/// <param name="Name">What the entity is called.</param>
internal sealed record ParentChange(EntityUid Child, EntityUid Parent, bool IsAdded, string Name) : Change($"{Child} in {Parent}")
{
    public override int Weight => 12;

    /// <summary>Parents that it keeps although they lie in the group, since the others are enough.</summary>
    public ImmutableArray<EntityUid> Kept { get; init; } = [];
}

/// <summary>A layer is set aside.</summary>
/// <param name="Layer">Which.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Sentence">What would have to be so, as the end of a sentence that begins with "if".</param>
internal sealed record WaiverChange(int Layer, string Name, string Sentence) : Change($"layer {Layer}")
{
    public override int Weight => 15;
}
