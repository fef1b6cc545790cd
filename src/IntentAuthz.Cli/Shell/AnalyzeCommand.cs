using System.CommandLine;
using IntentAuthz.Cli.Output;
using IntentAuthz.Containment;

namespace IntentAuthz.Cli.Shell;

/// <summary><c>intentauthz shell analyze</c>: says what commands do, without running them.</summary>
internal static class AnalyzeCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo?>("file") { Description = "Where the commands are read from, separated by NUL; standard input if missing.", Arity = ArgumentArity.ZeroOrOne };
        var json = JsonOption.Create("Prints one JSON object a line for each command, in their order.");
        var directory = new Option<string?>("--directory") { Description = "The absolute directory that the commands run in. Without it, relative paths stay relative." };
        var home = new Option<string?>("--home") { Description = "The absolute directory that ~ stands for. Without it, a path with ~ is opaque." };
        var programs = new Option<FileInfo?>("--programs") { Description = "A file that describes programs of your own, in the language of docs/shell-programs.md." };
        var posix = new Option<bool>("--sh") { Description = "The commands run in sh, not in bash: what other shells read differently is opaque." };
        var command = new Command(
            "analyze",
            """
            Says what shell commands read, write, delete, start and connect to, without running them.
            Example: printf 'rm -rf build\0curl -o x https://example.org/x' | intentauthz shell analyze --json
            The exit code is 0 if every command got its answer, parsed or not, opaque or not; 2 if the input cannot be read or an option is wrong.
            """)
        {
            file, json, directory, home, programs, posix,
        };
        command.SetAction(parsed =>
        {
            var options = new ShellAnalyzerOptions
            {
                WorkingDirectory = parsed.GetValue(directory),
                Home = parsed.GetValue(home),
                Dialect = parsed.GetValue(posix) ? ShellDialect.Posix : ShellDialect.Bash,
            };
            return Run(parsed.GetValue(file), parsed.GetValue(json), parsed.GetValue(programs), options, new VerbOutput(parsed));
        });
        return command;
    }

    private static int Run(FileInfo? file, bool json, FileInfo? programs, ShellAnalyzerOptions options, VerbOutput output)
    {
        var analyzer = new ShellAnalyzer(programs is null ? options : options with { Programs = ReadPrograms(programs) });
        using var input = file is null ? Console.OpenStandardInput() : file.OpenRead();
        foreach (var command in CommandReader.Read(input))
        {
            var analysis = analyzer.Analyze(command);
            if (json)
            {
                output.Json(writer => AnalysisText.Write(writer, analysis));
            }
            else
            {
                output.Line(AnalysisText.Readable(command, analysis));
            }
        }

        return ExitCode.Yes;
    }

    private static ShellPrograms ReadPrograms(FileInfo file) =>
        file.Length <= 4 * ShellPrograms.MaxLength ? ShellPrograms.Parse(File.ReadAllText(file.FullName)) : throw new FormatException($"'{file.FullName}' is too long for descriptions of programs.");
}
