namespace IntentAuthz.Containment;

/// <summary>What a name can stand for as a function. Immutable.</summary>
/// <param name="Definitions">The definitions that may hold.</param>
/// <param name="MayBeNone">Whether it may be that none holds.</param>
internal sealed record FunctionState(FunctionDefinition[] Definitions, bool MayBeNone)
{
    public bool SameAs(FunctionState other) =>
        ReferenceEquals(this, other) || (MayBeNone == other.MayBeNone && Definitions.AsSpan().SequenceEqual(other.Definitions));
}
