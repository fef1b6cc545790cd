namespace IntentAuthz.Containment;

/// <summary><c>if</c> with its <c>elif</c> branches and <c>else</c>.</summary>
internal sealed class IfCommand(int position, (CommandList Condition, CommandList Body)[] branches, CommandList? otherwise) : ShellCommand(position)
{
    public (CommandList Condition, CommandList Body)[] Branches { get; } = branches;

    public CommandList? Otherwise { get; } = otherwise;
}
