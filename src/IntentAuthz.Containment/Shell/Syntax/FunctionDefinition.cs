namespace IntentAuthz.Containment;

/// <summary><c>name() body</c> or <c>function name body</c>. The body's redirections are made at each call.</summary>
internal sealed class FunctionDefinition(int position, Word name, ShellCommand body) : ShellCommand(position)
{
    public Word Name { get; } = name;

    public ShellCommand Body { get; } = body;
}
