namespace IntentAuthz.Containment;

/// <summary><c>case word in</c> with its branches.</summary>
internal sealed class CaseCommand(int position, Word subject, CaseBranch[] branches) : ShellCommand(position)
{
    public Word Subject { get; } = subject;

    public CaseBranch[] Branches { get; } = branches;
}
