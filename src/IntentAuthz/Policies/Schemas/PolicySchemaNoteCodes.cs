namespace IntentAuthz;

/// <summary>The codes of <see cref="PolicySchemaNote"/>.</summary>
public static class PolicySchemaNoteCodes
{
    /// <summary>Nothing says what type a value has, so policies cannot read it.</summary>
    public const string Untyped = "untyped";

    /// <summary>A value may have several types, for which Cedar has no common one, so policies cannot read it.</summary>
    public const string SeveralTypes = "several-types";

    /// <summary>A reference leads nowhere, or into another document, so policies cannot read the value.</summary>
    public const string UnresolvedReference = "unresolved-reference";

    /// <summary>A type contains itself. Policies can read one level of it.</summary>
    public const string RecursiveReference = "recursive-reference";

    /// <summary>The schema is larger than is read, so policies cannot read that part.</summary>
    public const string TooLarge = "too-large";

    /// <summary>An object takes members that its schema does not name. Policies read those that it does name.</summary>
    public const string OpenObject = "open-object";

    /// <summary>A list becomes a set, so policies cannot tell its places apart.</summary>
    public const string PlacesLost = "places-lost";

    /// <summary>Only some values are allowed. A policy that compares with another one is not found out.</summary>
    public const string ValuesNotChecked = "values-not-checked";

    /// <summary>Tools that share an action take different arguments: those that not all take are optional.</summary>
    public const string SharedAction = "shared-action";

    /// <summary>Nothing declares the entity type of a resource, so policies can compare it and read nothing of it.</summary>
    public const string UndeclaredResource = "undeclared-resource";
}
