namespace IntentAuthz.Containment;

/// <summary>Assignments, then a name and arguments. Each of the two may be missing, not both unless there are redirections.</summary>
internal sealed class SimpleCommand(int position, Assignment[] assignments, Word[] words) : ShellCommand(position)
{
    public Assignment[] Assignments { get; } = assignments;

    public Word[] Words { get; } = words;

    /// <summary>Assignments among the arguments of <c>declare</c> and its like, written as <c>name=(…)</c>; each has its place among the words.</summary>
    public (int Index, Assignment Assignment)[] ArrayArguments { get; init; } = [];
}
