namespace IntentAuthz.Containment;

/// <summary>Commands one after the other, each in the background or not. Can be empty only as a whole text, a substitution or a branch of <c>case</c>.</summary>
internal sealed class CommandList(int position, (ShellCommand Command, bool IsBackground)[] items) : ShellCommand(position)
{
    public static readonly CommandList Empty = new(0, []);

    public (ShellCommand Command, bool IsBackground)[] Items { get; } = items;
}
