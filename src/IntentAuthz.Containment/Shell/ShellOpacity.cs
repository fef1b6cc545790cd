namespace IntentAuthz.Containment;

/// <summary>A part of a command that is not known before it runs.</summary>
/// <param name="Reason">Which kind of ignorance it is.</param>
/// <param name="Message">What is not known, for people.</param>
/// <param name="Position">Where, in UTF-16 units from the beginning of the text.</param>
public sealed record ShellOpacity(OpaqueReason Reason, string Message, int Position);
