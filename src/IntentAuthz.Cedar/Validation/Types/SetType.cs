namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>A set of values of one type.</summary>
internal sealed class SetType(CedarType element) : CedarType((int)Math.Min(int.MaxValue, element.Size + 1L), element.Depth + 1)
{
    public CedarType Element { get; } = element;
}
