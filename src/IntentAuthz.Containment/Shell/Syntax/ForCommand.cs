namespace IntentAuthz.Containment;

/// <summary><c>for name in words</c> or <c>select name in words</c>.</summary>
internal sealed class ForCommand(int position, Word name, Word[]? words, CommandList body, bool isSelect) : ShellCommand(position)
{
    public Word Name { get; } = name;

    /// <summary>Null where <c>in</c> is missing: the positional parameters.</summary>
    public Word[]? Words { get; } = words;

    public CommandList Body { get; } = body;

    public bool IsSelect { get; } = isSelect;
}
