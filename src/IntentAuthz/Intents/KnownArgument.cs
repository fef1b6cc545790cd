namespace IntentAuthz;

/// <summary>What a tool's schema and descriptor say of one argument, under its name as JSON writes it.</summary>
/// <param name="Written">The name in UTF-8, without escapes.</param>
/// <param name="Name">The name.</param>
/// <param name="Declared">What the descriptor declares, or null.</param>
/// <param name="Shape">The type by the schema.</param>
internal sealed record KnownArgument(byte[] Written, string Name, ArgumentDescriptor? Declared, JsonShape Shape);
