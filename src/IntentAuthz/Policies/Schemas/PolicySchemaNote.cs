namespace IntentAuthz;

/// <summary>Something that a tool's descriptor says, or leaves open, and the schema of policies cannot hold. It is no error: calls and policies work, within what the note says.</summary>
/// <param name="Code">One of <see cref="PolicySchemaNoteCodes"/>.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Path">A JSON pointer into the tool's input schema; empty for what concerns the whole tool.</param>
/// <param name="Message">What is lost, for people.</param>
/// <param name="Help">What to do about it.</param>
public sealed record PolicySchemaNote(string Code, string Tool, string Path, string Message, string Help)
{
    /// <summary>The note in one line.</summary>
    public override string ToString() => $"{Tool}#{Path}: {Code}: {Message} ({Help})";
}
