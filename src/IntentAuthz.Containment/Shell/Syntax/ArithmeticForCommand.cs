namespace IntentAuthz.Containment;

/// <summary><c>for (( first; condition; step ))</c>.</summary>
internal sealed class ArithmeticForCommand(int position, Word[] expressions, CommandList body) : ShellCommand(position)
{
    /// <summary>Three, each possibly empty.</summary>
    public Word[] Expressions { get; } = expressions;

    public CommandList Body { get; } = body;
}
