namespace IntentAuthz.Containment;

/// <summary>A program that a command runs.</summary>
/// <param name="Name">Its name as the command gives it: a plain name or a path.</param>
/// <param name="Arguments">Its arguments; null stands for one or more that are not known before running.</param>
/// <param name="IsBuiltin">Whether the shell itself does what the program of that name would do: <c>echo</c>, <c>test</c>.</param>
public sealed record ShellProgram(string Name, IReadOnlyList<string?> Arguments, bool IsBuiltin);
