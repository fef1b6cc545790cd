namespace IntentAuthz.Containment;

/// <summary>
/// What a shell command does when it runs, as far as that is known before. Too much may be listed, and never too little where <see cref="IsComplete"/>.
/// Immutable.
/// </summary>
/// <remarks>
/// Paths are absolute where the working directory is known, with <c>.</c> and <c>..</c> taken out of the name. They are names: where a symbolic link leads is
/// known only when the command runs. A path may hold the patterns <c>*</c>, <c>?</c> and <c>[…]</c> and then stands for every path that matches; a directory
/// stands for everything beneath it.
/// </remarks>
public sealed class ShellAnalysis
{
    internal ShellAnalysis()
    {
    }

    /// <summary>Whether a shell would take the whole text. If not, the lines before the error may still run: they are analysed, and the whole is opaque.</summary>
    public bool IsParsed => Errors.Count == 0;

    /// <summary>Why the text was not taken; empty if it was.</summary>
    public IReadOnlyList<ShellError> Errors { get; internal init; } = [];

    /// <summary>The programs that run, each once for each way it is called.</summary>
    public IReadOnlyList<ShellProgram> Programs { get; internal init; } = [];

    /// <summary>Files and directories that are read.</summary>
    public IReadOnlyList<string> Reads { get; internal init; } = [];

    /// <summary>Files that are made or changed. Directories above them that are missing may be made with them.</summary>
    public IReadOnlyList<string> Writes { get; internal init; } = [];

    /// <summary>Files and directories that go away.</summary>
    public IReadOnlyList<string> Deletes { get; internal init; } = [];

    /// <summary>What is connected to.</summary>
    public IReadOnlyList<ShellEndpoint> Connects { get; internal init; } = [];

    /// <summary>What is listened on.</summary>
    public IReadOnlyList<ShellEndpoint> Listens { get; internal init; } = [];

    /// <summary>The variables that are set for programs.</summary>
    public IReadOnlyList<ShellVariable> Variables { get; internal init; } = [];

    /// <summary>Changes of rights, processes, mounts and namespaces, in words.</summary>
    public IReadOnlyList<string> Privileges { get; internal init; } = [];

    /// <summary>
    /// Files and directories that hold code which the command runs and the analysis has not read: a script, the project that a build or a test is of, a
    /// repository's hooks. A directory stands for everything beneath it; what that code loads besides, such as packages that a project names, is not listed.
    /// What it does is in no other list, nor is what the tool that builds or runs it does besides. Where <see cref="IsOpaque"/> is false, it is the workspace's
    /// own code: it lies in the working directory, was not changed by this text, and nothing else was put in its place.
    /// </summary>
    public IReadOnlyList<string> Code { get; internal init; } = [];

    /// <summary>
    /// Whether the text hides something of what it does: what stands in it does not say everything that is read, written, deleted, started and contacted, apart
    /// from what the code in <see cref="Code"/> does.
    /// </summary>
    public bool IsOpaque => Reasons.Count > 0;

    /// <summary>Whether the lists are all there is: nothing is opaque, and no code runs that was not read.</summary>
    public bool IsComplete => Reasons.Count == 0 && Code.Count == 0;

    /// <summary>What is not known, and why; the first hundred. Empty if everything is known.</summary>
    public IReadOnlyList<ShellOpacity> Reasons { get; internal init; } = [];
}
