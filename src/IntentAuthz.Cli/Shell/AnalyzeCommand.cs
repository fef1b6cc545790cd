using System.CommandLine;
using IntentAuthz.Containment;

namespace IntentAuthz.Cli.Shell;

/// <summary><c>intentauthz shell analyze</c>: says what commands do, without running them.</summary>
internal static class AnalyzeCommand
{
    private const int Succeeded = 0;
    private const int Failed = 1;

    public static Command Create()
    {
        var file = new Argument<FileInfo?>("file") { Description = "Where the commands are read from, separated by NUL; standard input if missing.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Prints one JSON object a line for each command, in their order." };
        var directory = new Option<string?>("--directory") { Description = "The absolute directory that the commands run in. Without it, relative paths stay relative." };
        var home = new Option<string?>("--home") { Description = "The absolute directory that ~ stands for. Without it, a path with ~ is opaque." };
        var programs = new Option<FileInfo?>("--programs") { Description = "A file that describes programs of your own, in the language of docs/shell-programs.md." };
        var posix = new Option<bool>("--sh") { Description = "The commands run in sh, not in bash: what other shells read differently is opaque." };
        var command = new Command(
            "analyze",
            """
            Says what shell commands read, write, delete, start and connect to, without running them.
            Example: printf 'rm -rf build\0curl -o x https://example.org/x' | intentauthz shell analyze --json
            The exit code is 0 if every command got its answer, parsed or not, opaque or not; 1 if the input cannot be read or an option is wrong.
            """)
        {
            file, json, directory, home, programs, posix,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration;
            var options = new ShellAnalyzerOptions
            {
                WorkingDirectory = parsed.GetValue(directory),
                Home = parsed.GetValue(home),
                Dialect = parsed.GetValue(posix) ? ShellDialect.Posix : ShellDialect.Bash,
            };
            return Run(parsed.GetValue(file), parsed.GetValue(json), parsed.GetValue(programs), options, output.Output, output.Error);
        });
        return command;
    }

    private static int Run(FileInfo? file, bool json, FileInfo? programs, ShellAnalyzerOptions options, TextWriter output, TextWriter errors)
    {
        ShellAnalyzer analyzer;
        try
        {
            analyzer = new ShellAnalyzer(programs is null ? options : options with { Programs = ReadPrograms(programs) });
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return Failed;
        }

        try
        {
            using var input = file is null ? Console.OpenStandardInput() : file.OpenRead();
            foreach (var command in CommandReader.Read(input))
            {
                var analysis = analyzer.Analyze(command);
                output.WriteLine(json ? AnalysisText.Json(analysis) : AnalysisText.Readable(command, analysis));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"The commands cannot be read: {exception.Message}");
            return Failed;
        }

        return Succeeded;
    }

    private static ShellPrograms ReadPrograms(FileInfo file) =>
        file.Length <= 4 * ShellPrograms.MaxLength ? ShellPrograms.Parse(File.ReadAllText(file.FullName)) : throw new FormatException($"'{file.FullName}' is too long for descriptions of programs.");
}
