namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>
/// A type as validation sees it: the types a schema declares, and those that only expressions have (singleton bools, unions of
/// entity types, open records, the type of no value). Immutable; types without content are single instances.
/// </summary>
internal abstract class CedarType
{
    private protected CedarType(int size, int depth)
    {
        Size = size;
        Depth = depth;
    }

    /// <summary>Number of parts, counting shared ones as often as they occur; saturates.</summary>
    public int Size { get; }

    /// <summary>1 for a type without parts, else one more than its deepest part.</summary>
    public int Depth { get; }

    /// <summary>The type as messages show it, shortened when it is long.</summary>
    public sealed override string ToString() => TypeText.Of(this);
}
