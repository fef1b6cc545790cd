namespace IntentAuthz.Containment;

/// <summary><c>coproc [name] command</c>.</summary>
internal sealed class CoprocessCommand(int position, string? name, ShellCommand command) : ShellCommand(position)
{
    /// <summary>Null for the name that the shell gives: <c>COPROC</c>.</summary>
    public string? Name { get; } = name;

    public ShellCommand Command { get; } = command;
}
