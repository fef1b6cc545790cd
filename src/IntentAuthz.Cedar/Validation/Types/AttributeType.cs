namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>The type of an attribute, and whether every value has it.</summary>
internal sealed record AttributeType(CedarType Type, bool IsRequired);
