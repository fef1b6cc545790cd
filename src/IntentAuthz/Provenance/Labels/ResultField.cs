namespace IntentAuthz;

/// <summary>The label of one part of a tool's results, where it differs from the whole.</summary>
/// <param name="Path">Names of members, with dots between them; lists are passed through, and <c>*</c> is any member of an object whose names are data.</param>
/// <param name="Label">How far the values there may be trusted and shown.</param>
/// <param name="IsAssigned">Whether the tool itself makes the values, whatever it was given, such as the id of what it has just made.</param>
public sealed record ResultField(string Path, Label Label, bool IsAssigned);
