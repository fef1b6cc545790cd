namespace IntentAuthz.Containment;

/// <summary>What a name can stand for as a function. Immutable.</summary>
/// <param name="Definitions">The definitions that may hold.</param>
/// <param name="MayBeNone">Whether it may be that none holds.</param>
internal sealed record FunctionState(FunctionDefinition[] Definitions, bool MayBeNone)
{
    private const int MaxDefinitions = 32;

    /// <summary>Whether there are more definitions than are kept.</summary>
    public bool IsCut { get; init; }

    /// <summary>What is known where any definition of either can hold.</summary>
    public static FunctionState Join(FunctionState left, FunctionState right)
    {
        if (left.SameAs(right))
        {
            return left;
        }

        var all = new List<FunctionDefinition>(left.Definitions);
        var isCut = left.IsCut || right.IsCut;
        foreach (var definition in right.Definitions)
        {
            if (all.Contains(definition))
            {
                continue;
            }

            isCut |= all.Count >= MaxDefinitions;
            if (all.Count < MaxDefinitions)
            {
                all.Add(definition);
            }
        }

        return new FunctionState([.. all], left.MayBeNone || right.MayBeNone) { IsCut = isCut };
    }

    public bool SameAs(FunctionState other) =>
        ReferenceEquals(this, other) || (MayBeNone == other.MayBeNone && IsCut == other.IsCut && Definitions.AsSpan().SequenceEqual(other.Definitions));
}
