using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// What checking an expression found: its type (null where it has none), whether all in it is right, and which attributes and
/// tags are there if it is true. An expression that failed may still have a type, so that what is around it is checked too.
/// </summary>
internal readonly record struct TypedExpr(CedarType? Type, bool IsValid, CapabilitySet Capabilities)
{
    public bool IsFalse => Type == BoolType.False;

    public bool IsTrue => Type == BoolType.True;

    public static TypedExpr Valid(CedarType type) => new(type, true, CapabilitySet.Empty);

    public static TypedExpr Valid(CedarType type, CapabilitySet capabilities) => new(type, true, capabilities);

    public static TypedExpr Invalid(CedarType? type = null) => new(type, false, CapabilitySet.Empty);

    /// <summary>The same result, but only as good as what it was made of.</summary>
    public TypedExpr If(bool isValid) => isValid ? this : Invalid(Type);
}
