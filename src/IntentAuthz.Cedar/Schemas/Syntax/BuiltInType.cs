namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>The primitive types.</summary>
internal enum BuiltInType
{
    Bool,
    Long,
    String,
}
