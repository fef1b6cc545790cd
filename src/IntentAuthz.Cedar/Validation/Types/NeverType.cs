namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>The type of no value: the element type of an empty set literal.</summary>
internal sealed class NeverType : CedarType
{
    public static readonly NeverType Instance = new();

    private NeverType()
        : base(1, 1)
    {
    }
}
