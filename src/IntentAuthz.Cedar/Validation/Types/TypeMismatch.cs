namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>Why two types have no common one.</summary>
internal enum TypeMismatch
{
    /// <summary>They are of different kinds.</summary>
    Kind,

    /// <summary>An entity and a record, which look alike in <c>a.b</c>.</summary>
    EntityAndRecord,

    /// <summary>Entities of different types, which strict validation keeps apart.</summary>
    EntityTypes,

    /// <summary>Records with different attributes.</summary>
    RecordAttributes,

    /// <summary>Records in which one attribute is required here and optional there.</summary>
    RequiredAttribute,
}
