namespace IntentAuthz.Containment;

/// <summary>Why a text could not be read.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="Position">Where, in UTF-16 units from the beginning of the text.</param>
public sealed record ShellError(string Message, int Position);
