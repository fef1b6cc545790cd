namespace IntentAuthz.Cedar.Schemas;

/// <summary>The stable codes of schema errors and warnings. docs/cedar-schema.md explains each.</summary>
internal static class SchemaCodes
{
    public const string ReservedName = "reserved-name";
    public const string ReservedTypeName = "reserved-type-name";
    public const string DuplicateDeclaration = "duplicate-declaration";
    public const string DuplicateNamespace = "duplicate-namespace";
    public const string DuplicateAppliesTo = "duplicate-applies-to";
    public const string IncompleteAppliesTo = "incomplete-applies-to";
    public const string EmptyAppliesTo = "empty-applies-to";
    public const string RepeatedAttribute = "repeated-attribute";
    public const string InvalidJson = "invalid-json";
    public const string UnknownField = "unknown-field";
    public const string MissingField = "missing-field";
    public const string InvalidName = "invalid-name";
    public const string UnsupportedFeature = "unsupported-feature";
    public const string ActionEntityType = "action-entity-type";
    public const string UnknownType = "unknown-type";
    public const string UnknownEntityType = "unknown-entity-type";
    public const string UnknownAction = "unknown-action";
    public const string UnknownExtensionType = "unknown-extension-type";
    public const string ShadowedType = "shadowed-type";
    public const string ShadowedAction = "shadowed-action";
    public const string TypeCycle = "type-cycle";
    public const string ActionCycle = "action-cycle";
    public const string NotARecord = "not-a-record";
    public const string TypeTooLarge = "type-too-large";
    public const string HierarchyTooLarge = "hierarchy-too-large";
    public const string ShadowsEntityType = "shadows-entity-type";
    public const string ShadowsBuiltIn = "shadows-built-in";
}
