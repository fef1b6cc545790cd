namespace IntentAuthz.Containment;

/// <summary>Commands joined by pipes, with <c>!</c> or <c>time</c> before them.</summary>
internal sealed class Pipeline(int position, ShellCommand[] commands, bool negated) : ShellCommand(position)
{
    /// <summary>None, where <c>!</c> or <c>time</c> stands alone.</summary>
    public ShellCommand[] Commands { get; } = commands;

    public bool IsNegated { get; } = negated;

    /// <summary>Whether an error output too goes into a pipe, by <c>|&amp;</c>.</summary>
    public bool HasErrors { get; init; }
}
