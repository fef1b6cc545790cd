using System.CommandLine;
using System.Text.RegularExpressions;
using IntentAuthz.EndToEnd.Documentation;

namespace IntentAuthz.Cli.Tests.Documentation;

/// <summary>
/// What the pages about the command line show is what the tool prints: every command in them is run over files of which it is true, and <c>…</c>
/// stands for anything. Only what needs the network is not.
/// </summary>
public sealed class CommandBlockTests : IDisposable
{
    private const string Prompt = "$ ";

    private static readonly string[] s_pages = ["docs/cli.md", "docs/explain.md", "docs/incidents.md", "docs/replay.md"];

    private readonly DocumentedFiles _files = new();

    public static TheoryData<string, int> Sessions
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (var block in Blocks.Where(static block => block.Code.StartsWith(Prompt, StringComparison.Ordinal)))
            {
                data.Add(block.File, block.Line);
            }

            return data;
        }
    }

    private static IEnumerable<CodeBlock> Blocks => MarkdownFiles.Blocks.Where(static block => s_pages.Contains(block.File));

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Command_prints_what_the_page_shows(string file, int line)
    {
        if (!Bash.IsThere)
        {
            return;
        }

        var lines = Blocks.Single(block => block.File == file && block.Line == line).Code.TrimEnd().Split('\n');
        var command = lines[0][Prompt.Length..];
        await _files.WriteForAsync(command);

        var result = await Bash.RunAsync(command.Replace("/var/lib/agents/decisions", _files.Store, StringComparison.Ordinal), _files.Root);

        Assert.Equal("", result.Errors);
        Assert.InRange(result.ExitCode, 0, 1);
        var shown = string.Join("\n", lines[1..].Select(static text => string.Join(".*", text.Split('…').Select(Regex.Escape))));
        Assert.True(Regex.IsMatch(result.Output.TrimEnd(), $"^{shown}$", RegexOptions.CultureInvariant), $"{file}:{line} is not what is printed:\n{result.Output}");
    }

    [Fact]
    public void Explanation_on_the_page_of_all_verbs_is_the_one_that_is_run()
    {
        var shown = Blocks.Single(static block => block.File == "docs/cli.md" && block.Code.StartsWith("Denied (", StringComparison.Ordinal)).Code;
        var run = Blocks.Single(static block => block.File == "docs/explain.md" && block.Code.StartsWith(Prompt, StringComparison.Ordinal)).Code;
        Assert.Equal(shown, run[(run.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public async Task Commands_to_type_work()
    {
        if (!Bash.IsThere)
        {
            return;
        }

        string[] commands =
        [
            .. Blocks.Where(static block => block.Language == "sh").SelectMany(static block => block.Code.Split('\n'))
                .Where(static line => line.StartsWith("intentauthz ", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var result = await Bash.RunAsync(command, _files.Root);
            Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        }
    }

    [Fact]
    public void Every_verb_that_decides_without_a_host_is_run_by_a_page()
    {
        var run = string.Join('\n', Blocks.SelectMany(static block => block.Code.Split('\n')).Where(static line => line.StartsWith(Prompt, StringComparison.Ordinal)));
        Assert.All(Verbs().Where(static verb => verb.Path[0] != "incident"), verb => Assert.Contains($"intentauthz {string.Join(' ', verb.Path)} ", run, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Example_of_every_verb_is_a_command_line_that_it_takes()
    {
        foreach (var (path, verb) in Verbs())
        {
            string[] examples =
            [
                .. verb.Description!.Split('\n').Select(static line => line.Trim()).Where(static line => line.StartsWith("Example: ", StringComparison.Ordinal)).Select(static line => line["Example: ".Length..]),
            ];
            Assert.True(examples.Length > 0, $"{string.Join(' ', path)} has no example");
            foreach (var example in Bash.IsThere ? examples : [])
            {
                var words = (await Bash.RunAsync(example, _files.Root, """printf '%s\0' "$@";""")).Output.Split('\0')[..^1];
                var parsed = IntentAuthzCommand.Parse(words);
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors.Select(static error => error.Message))}");
                Assert.Equal(verb.Name, parsed.CommandResult.Command.Name);
            }
        }
    }

    private static IEnumerable<(string[] Path, Command Verb)> Verbs() => Below([], IntentAuthzCommand.Parse([]).RootCommandResult.Command);

    private static IEnumerable<(string[] Path, Command Verb)> Below(string[] path, Command command) =>
        command.Subcommands.Count == 0 ? [(path, command)] : command.Subcommands.SelectMany(below => Below([.. path, below.Name], below));
}
