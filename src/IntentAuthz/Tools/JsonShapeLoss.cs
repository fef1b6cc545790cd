namespace IntentAuthz;

/// <summary>Something that a JSON Schema says and a Cedar type cannot, where it stands.</summary>
/// <param name="Code">One of <see cref="PolicySchemaNoteCodes"/>.</param>
/// <param name="Pointer">The JSON pointer of the part of the schema.</param>
/// <param name="What">What is lost, as the end of a sentence that begins with the name of the tool.</param>
internal sealed record JsonShapeLoss(string Code, string Pointer, string What);
