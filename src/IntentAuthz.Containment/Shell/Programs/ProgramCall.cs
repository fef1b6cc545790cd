namespace IntentAuthz.Containment;

/// <summary>A program as it is called.</summary>
/// <param name="program">The program as it is named.</param>
/// <param name="name">Its plain name.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="moreArguments">Whether arguments follow that are not known.</param>
internal readonly ref struct ProgramCall(ShellWord program, string name, ReadOnlySpan<ShellWord> arguments, bool moreArguments)
{
    public ShellWord Program { get; } = program;

    public string Name { get; } = name;

    public ReadOnlySpan<ShellWord> Arguments { get; } = arguments;

    public bool MoreArguments { get; } = moreArguments;

    /// <summary>The arguments, with a word that stands for those that are not known.</summary>
    public ReadOnlySpan<ShellWord> WithWhatFollows()
    {
        if (!MoreArguments)
        {
            return Arguments;
        }

        var all = new ShellWord[Arguments.Length + 1];
        Arguments.CopyTo(all);
        all[^1] = new ShellWord(null, Program.Position) { IsMany = true };
        return all;
    }

    /// <summary>The same program with other arguments, as behind a subcommand.</summary>
    public ProgramCall With(ReadOnlySpan<ShellWord> arguments) => new(Program, Name, arguments, MoreArguments);
}
