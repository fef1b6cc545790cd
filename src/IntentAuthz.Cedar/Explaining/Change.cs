using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>One difference that is tried. Changes with one key replace one another.</summary>
/// <param name="Key">What differs, without ambiguity.</param>
/// <param name="Sentence">The end of a sentence that begins with "if".</param>
internal abstract record Change(string Key, string Sentence)
{
    /// <summary>How far it is from what a caller can do: the smallest sum over a set of changes is found first.</summary>
    public virtual int Weight => 10;
}

/// <summary>An attribute of the context (no owner) or of an entity gets a value, or is taken away.</summary>
internal sealed record AttributeChange(EntityUid? Owner, ImmutableArray<string> Path, CedarValue? Value, string Sentence)
    : Change($"{(Owner is { } uid ? uid.ToString() : "context")}|{string.Join('|', Path.Select(CedarText.Quote))}", Sentence)
{
    // Arguments are the caller's; what an entity is belongs to the host.
    public override int Weight => Owner is null ? 10 : 11;
}

/// <summary>An entity gets one parent more, or loses those by which it lies in a group.</summary>
internal sealed record ParentChange(EntityUid Child, EntityUid Parent, bool IsAdded, string Sentence)
    : Change($"{Child} in {Parent}", Sentence)
{
    public override int Weight => 12;
}

/// <summary>A layer is set aside.</summary>
internal sealed record WaiverChange(int Layer, string Name, string Sentence) : Change($"layer {Layer}", Sentence)
{
    public override int Weight => 15;
}
