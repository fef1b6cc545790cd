namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>What a name in a schema may refer to.</summary>
internal enum NameKind
{
    /// <summary>An entity type only: parents, principals, resources, and <c>Entity</c> in JSON.</summary>
    Entity,

    /// <summary>A common type only: a named context, and any other type name in JSON.</summary>
    Common,

    /// <summary>Either; the common type wins where a namespace declares both.</summary>
    EntityOrCommon,
}
