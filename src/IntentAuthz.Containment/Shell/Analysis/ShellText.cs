namespace IntentAuthz.Containment;

/// <summary>A text that a variable can hold.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsPattern">Whether it stands for every name that matches it, as in <c>for name in *.cs</c>.</param>
internal readonly record struct ShellText(string Text, bool IsPattern);
