namespace IntentAuthz;

/// <summary>What a tool's schema and descriptor say of one argument, under its name as JSON writes it.</summary>
/// <param name="Written">The name in UTF-8, without escapes.</param>
/// <param name="Name">The name.</param>
/// <param name="Declared">What the descriptor declares, or null.</param>
/// <param name="Shape">The type by the schema.</param>
/// <param name="Place">Where its value is kept while nobody has asked for it; -1 where the tool has too many arguments for that, or a call cannot give it.</param>
internal sealed record KnownArgument(byte[] Written, string Name, ArgumentDescriptor? Declared, JsonShape Shape, int Place);
