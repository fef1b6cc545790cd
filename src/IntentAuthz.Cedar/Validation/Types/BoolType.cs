namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>Bool, or one of its two singletons: the type of an expression known to be true, or to be false.</summary>
internal sealed class BoolType : CedarType
{
    public static readonly BoolType Any = new();
    public static readonly BoolType True = new();
    public static readonly BoolType False = new();

    private BoolType()
        : base(1, 1)
    {
    }

    public static BoolType Of(bool value) => value ? True : False;
}
