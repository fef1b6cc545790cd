namespace IntentAuthz.Containment;

/// <summary><c>(( … ))</c>.</summary>
internal sealed class ArithmeticCommand(int position, Word expression) : ShellCommand(position)
{
    public Word Expression { get; } = expression;
}
