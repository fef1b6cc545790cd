namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// That an attribute or a tag is known to be there, because <c>has</c> or <c>hasTag</c> has been asked before. Expressions are
/// told apart by their shapes: <paramref name="Tag"/> is the shape of the tag's name, or -1 for an attribute.
/// </summary>
/// <param name="Target">The shape of the expression that has it.</param>
/// <param name="Attribute">The attribute, or null for a tag.</param>
/// <param name="Tag">The shape of the tag's name.</param>
internal readonly record struct Capability(int Target, string? Attribute, int Tag)
{
    public static Capability OfAttribute(int target, string attribute) => new(target, attribute, -1);

    public static Capability OfTag(int target, int tag) => new(target, null, tag);
}
