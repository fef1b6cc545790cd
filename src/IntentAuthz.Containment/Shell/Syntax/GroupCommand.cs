namespace IntentAuthz.Containment;

/// <summary><c>{ …; }</c>, or <c>( … )</c> in a process of its own.</summary>
internal sealed class GroupCommand(int position, CommandList body, bool isSubshell) : ShellCommand(position)
{
    public CommandList Body { get; } = body;

    public bool IsSubshell { get; } = isSubshell;
}
