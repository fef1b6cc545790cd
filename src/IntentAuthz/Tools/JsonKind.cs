namespace IntentAuthz;

/// <summary>The JSON Schema type of a value, as far as it decides the Cedar type.</summary>
internal enum JsonKind
{
    Any,
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}
