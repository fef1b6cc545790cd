namespace IntentAuthz.Containment;

/// <summary>
/// What a program of the table says that it will do. A rule reports everything the program can touch when called so, and reports what it
/// does not know as opaque; saying too much is fine, saying too little is a fault.
/// </summary>
/// <remarks>Paths are as the program gets them, relative to the directory it runs in unless <see cref="ShellWord.Place"/> says otherwise. A path without text is opaque, and so is a host without text.</remarks>
internal abstract class ProgramEffects
{
    /// <summary>A file or directory is read. A directory stands for everything beneath it.</summary>
    public abstract void Reads(ShellWord path);

    /// <summary>A file is made or changed, or something beneath a directory is. Directories above it that are missing may be made with it.</summary>
    public abstract void Writes(ShellWord path);

    /// <summary>A file or directory goes away, with everything beneath it.</summary>
    public abstract void Deletes(ShellWord path);

    /// <summary>A link is made there, or somewhere beneath, so that what lies at that name from now on is something else.</summary>
    public virtual void Links(ShellWord path)
    {
    }

    /// <summary>A connection is opened, or a datagram or a name query is sent.</summary>
    /// <param name="host">The host as it is named.</param>
    /// <param name="port">The port, or null when any can be meant.</param>
    public abstract void Connects(ShellWord host, int? port);

    /// <summary>A port is listened on.</summary>
    public abstract void Listens(ShellWord address, int? port);

    /// <summary>Another program is started with these words, the first naming it.</summary>
    /// <param name="command">The words; a copy is taken where they are kept.</param>
    /// <param name="moreArguments">Whether arguments that are not known before running follow, as with <c>xargs</c>.</param>
    public abstract void Runs(ReadOnlySpan<ShellWord> command, bool moreArguments = false);

    /// <summary>A text is run by a shell, as by <c>sh -c</c>.</summary>
    /// <param name="script">The text.</param>
    /// <param name="arguments">Its <c>$0</c> and positional parameters, where they are known.</param>
    public abstract void RunsShell(ShellWord script, ReadOnlySpan<ShellWord> arguments = default);

    /// <summary>
    /// The text on the program's standard input is run by a shell, as by <c>sh</c> and <c>bash -s</c> without a script: analysed where it is known, else opaque.
    /// </summary>
    /// <param name="at">The program, for the position.</param>
    /// <param name="arguments">Its <c>$0</c> and positional parameters, where they are known.</param>
    public virtual void RunsShellFromInput(ShellWord at, ReadOnlySpan<ShellWord> arguments = default) =>
        Opaque(OpaqueReason.ForeignCode, "A shell runs what comes on its standard input.", at);

    /// <summary>
    /// What the program prints are names of files, each with a NUL behind it, and nothing else: each of these words, a pattern or a tree perhaps, any number of
    /// times. Not called where it prints something else too.
    /// </summary>
    public virtual void Prints(ReadOnlySpan<ShellWord> names)
    {
    }

    /// <summary>The program prints one line, which is this name without a character that splits words, or it fails and prints nothing.</summary>
    public virtual void PrintsLine(ShellWord name)
    {
    }

    /// <summary>The names, each with a NUL behind it, that are all there is on the program's standard input; null where that is not known.</summary>
    public virtual IReadOnlyList<ShellWord>? NamesOnInput => null;

    /// <summary>Code in a file or beneath a directory is run, which is not read.</summary>
    public abstract void RunsCode(ShellWord path);

    /// <summary>A variable is set for the programs that are started from here.</summary>
    public abstract void SetsVariable(string name, ShellWord value);

    /// <summary>Rights are raised or given up, or a process, mount or namespace is changed: <c>sudo</c>, <c>chmod u+s</c>, <c>mount</c>, <c>kill</c>.</summary>
    public abstract void Privilege(string what);

    /// <summary>What is reported until the scope is disposed is relative to this directory, as with <c>git -C</c> and <c>make -C</c>.</summary>
    public abstract IDisposable In(ShellWord directory);

    /// <summary>Something is not known before running.</summary>
    public abstract void Opaque(OpaqueReason reason, string message, ShellWord at);
}
