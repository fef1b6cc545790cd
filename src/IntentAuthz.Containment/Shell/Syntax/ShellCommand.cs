namespace IntentAuthz.Containment;

/// <summary>A command of the shell's grammar: simple or compound, a pipeline or a list.</summary>
/// <param name="position">Where it begins in the text, in UTF-16 units.</param>
internal abstract class ShellCommand(int position)
{
    public int Position { get; } = position;

    /// <summary>The redirections that stand behind a compound command, or anywhere in a simple one.</summary>
    public Redirection[] Redirections { get; init; } = [];
}
