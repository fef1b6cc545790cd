namespace IntentAuthz.Containment;

/// <summary>
/// Says what a shell command does before it runs. The text is read by the grammar of bash, which contains that of POSIX, and followed with what is known of
/// variables, directories and functions; what programs do with their arguments is in a table. What cannot be known is opaque, never guessed.
/// Thread-safe; holds no state between calls.
/// </summary>
public sealed class ShellAnalyzer
{
    private readonly ShellAnalyzerOptions _options;
    private readonly ShellState _initial;

    /// <summary>An analyser.</summary>
    /// <param name="options">What is known of where the commands run, and limits; the defaults if null.</param>
    /// <exception cref="ArgumentException">A limit is out of its range, a directory is not absolute, or a variable's name is none.</exception>
    public ShellAnalyzer(ShellAnalyzerOptions? options = null)
    {
        _options = options ?? new ShellAnalyzerOptions();
        Check(_options.WorkingDirectory, nameof(ShellAnalyzerOptions.WorkingDirectory));
        Check(_options.Home, nameof(ShellAnalyzerOptions.Home));
        Check(_options.MaxLength, 16_777_216, nameof(ShellAnalyzerOptions.MaxLength));
        Check(_options.MaxDepth, 200, nameof(ShellAnalyzerOptions.MaxDepth));
        Check(_options.MaxSteps, 10_000_000, nameof(ShellAnalyzerOptions.MaxSteps));
        _initial = ShellState.Initial(_options);
    }

    /// <summary>Analyses a command line or script.</summary>
    /// <param name="command">The text as it is given to the shell.</param>
    /// <returns>What it does; broken and hostile texts too get an answer, within bounded time.</returns>
    public ShellAnalysis Analyze(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var recorder = new EffectRecorder();
        var walker = new ShellWalker(_options, recorder);
        return walker.Analyze(command, _initial);
    }

    private static void Check(string? directory, string name)
    {
        if (directory is not null && (!directory.StartsWith('/') || directory.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ArgumentException($"{name} must be an absolute path, beginning with '/'.", name);
        }
    }

    private static void Check(int value, int most, string name)
    {
        if (value < 1 || value > most)
        {
            throw new ArgumentException($"{name} must be from 1 to {most}.", name);
        }
    }
}
