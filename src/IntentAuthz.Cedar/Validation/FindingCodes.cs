namespace IntentAuthz.Cedar.Validation;

/// <summary>The stable codes of findings. docs/cedar-schema.md explains each.</summary>
internal static class FindingCodes
{
    public const string UnknownEntityType = "unknown-entity-type";
    public const string UnknownAction = "unknown-action";
    public const string InvalidEnumId = "invalid-enum-id";
    public const string InapplicableAction = "inapplicable-action";
    public const string UnexpectedType = "unexpected-type";
    public const string IncompatibleTypes = "incompatible-types";
    public const string UnknownAttribute = "unknown-attribute";
    public const string OptionalAttribute = "optional-attribute";
    public const string UncheckedTag = "unchecked-tag";
    public const string NoTags = "no-tags";
    public const string EmptySet = "empty-set";
    public const string WrongArity = "wrong-arity";
    public const string InvalidLiteral = "invalid-extension-literal";
    public const string NonLiteralConstructor = "non-literal-constructor";
    public const string TooManySteps = "too-many-steps";
    public const string ImpossiblePolicy = "impossible-policy";
    public const string HiddenText = "hidden-text";
    public const string UndeclaredPrincipal = "undeclared-principal-type";
    public const string UndeclaredResource = "undeclared-resource-type";
    public const string InvalidPrincipal = "invalid-principal-type";
    public const string InvalidResource = "invalid-resource-type";
    public const string MissingAttribute = "missing-attribute";
    public const string UnexpectedAttribute = "unexpected-attribute";
    public const string UnexpectedTag = "unexpected-tag";
    public const string InvalidAncestor = "invalid-ancestor";
    public const string ActionMismatch = "action-mismatch";
}
