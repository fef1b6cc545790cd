namespace IntentAuthz.Containment;

/// <summary>What a <see cref="ShellAnalyzer"/> may take as known, and how much it reads.</summary>
public sealed record ShellAnalyzerOptions
{
    /// <summary>
    /// The absolute directory in which commands run. Null: paths that are relative to it are reported relative.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The absolute directory that <c>~</c> stands for, the value of <c>HOME</c>. Null: not known, so a path with <c>~</c> is opaque.</summary>
    public string? Home { get; init; }

    /// <summary>
    /// Variables of the environment in which commands run, with their values. Any other variable counts as unknown. The environment is taken to hold none
    /// that changes the shell itself (<c>BASH_ENV</c>, <c>ENV</c>, <c>CDPATH</c>, <c>SHELLOPTS</c>, exported functions): the host starts the shell without them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The host's own programs, which the analysis then knows too. Null: none.</summary>
    public ShellPrograms? Programs { get; init; }

    /// <summary>Which shell runs the commands.</summary>
    public ShellDialect Dialect { get; init; } = ShellDialect.Bash;

    /// <summary>The longest text that is read, in UTF-16 units. From 1 to 16,777,216.</summary>
    public int MaxLength { get; init; } = 1_000_000;

    /// <summary>How deep constructs may be nested, in the text and in texts that it runs. From 1 to 200.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>
    /// How many steps the analysis may take: commands followed, words made, loops and calls gone through again. Beyond it the rest is opaque. From 1 to
    /// 10,000,000; a step takes about a microsecond.
    /// </summary>
    public int MaxSteps { get; init; } = 200_000;
}
