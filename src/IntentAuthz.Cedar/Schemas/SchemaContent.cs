namespace IntentAuthz.Cedar.Schemas;

/// <summary>The resolved declarations of a schema.</summary>
internal sealed record SchemaContent(IReadOnlyDictionary<string, EntityTypeInfo> EntityTypes, IReadOnlyDictionary<EntityUid, ActionInfo> Actions);
