namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>Long.</summary>
internal sealed class LongType : CedarType
{
    public static readonly LongType Instance = new();

    private LongType()
        : base(1, 1)
    {
    }
}
