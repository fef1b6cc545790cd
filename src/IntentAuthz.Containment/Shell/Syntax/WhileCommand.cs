namespace IntentAuthz.Containment;

/// <summary><c>while</c> or <c>until</c>.</summary>
internal sealed class WhileCommand(int position, CommandList condition, CommandList body, bool isUntil) : ShellCommand(position)
{
    public CommandList Condition { get; } = condition;

    public CommandList Body { get; } = body;

    public bool IsUntil { get; } = isUntil;
}
