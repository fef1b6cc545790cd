using System.Diagnostics;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Tests.Output;

/// <summary>What all verbs have in common: where they print, in what form, and how they end.</summary>
public sealed class VerbOutputTests
{
    private const string Escape = "\u001b";

    [Fact]
    public void Text_from_outside_moves_no_cursor_and_turns_no_writing_around() =>
        Assert.Equal("a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{2028}\\u{200b}é", Printable.Text("a\u001b[2Jb\nc\u202ed\u2028\u200bé"));

    [Fact]
    public void Text_that_is_too_long_says_so() => Assert.Equal("abc…", Printable.Text("abcdef", length: 3));

    [Fact]
    public void Json_means_the_same_and_turns_no_writing_around_either()
    {
        const string name = "a\u202eb\u200b\U000e0041é\n";
        using var written = new StringWriter();

        new VerbOutput(written, TextWriter.Null).Json(writer => writer.WriteString("name", name));

        Assert.Contains("\\u202eb\\u200b\\uDB40\\uDC41é\\n", written.ToString(), StringComparison.Ordinal);
        Assert.Equal(name, JsonElement.Parse(written.ToString()).GetProperty("name").GetString());
    }

    [Fact]
    public void Long_line_into_a_pipe_is_neither_cut_nor_wrapped_nor_coloured()
    {
        using var written = new StringWriter();
        var output = new VerbOutput(written, TextWriter.Null);
        var line = string.Join(' ', Enumerable.Repeat("[red]word[/]", 500));

        output.Line(line, "bold green");

        Assert.Equal(line + "\n", written.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Progress_into_a_pipe_is_not_shown()
    {
        using var written = new StringWriter();
        var output = new VerbOutput(written, written);

        var result = await output.ProgressAsync("Working", progress =>
        {
            progress.Report(0.5);
            return Task.FromResult(42);
        });

        Assert.Equal((42, ""), (result, written.ToString()));
    }

    [Theory]
    [InlineData("nosuchverb")]
    [InlineData("audit")]
    [InlineData("audit", "verify")]
    [InlineData("cedar", "corpus", "dir", "--engine", "wasm")]
    [InlineData("shell", "analyze", "--nosuchoption")]
    public void What_is_typed_wrong_has_no_answer(params string[] arguments)
    {
        var result = Verb.Run(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public void Every_verb_helps_with_an_example_and_its_exit_codes_and_has_json()
    {
        Assert.All(Verbs("--help"), verb =>
        {
            var help = Verb.Run([.. verb.Split(' '), "--help"]).Output;
            Assert.True(help.Contains("Example: intentauthz", StringComparison.Ordinal) || help.Contains("| intentauthz", StringComparison.Ordinal), $"{verb} shows no example:\n{help}");
            Assert.Contains("exit code", help, StringComparison.Ordinal);
            Assert.Contains("--json", help, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Terminal_gets_colour_and_a_pipe_does_not()
    {
        var directory = Directory.CreateTempSubdirectory("verb");
        try
        {
            // An empty directory ends with a message on standard error, which is red on a terminal.
            var tool = $"dotnet '{typeof(VerbOutput).Assembly.Location}' cedar corpus '{directory.FullName}'";
            var piped = await RunAsync("sh", "-c", $"{tool} 2>&1");
            var terminal = await RunAsync("script", "-qec", $"TERM=xterm-256color {tool}", "/dev/null");

            Assert.Contains("There is no test", piped, StringComparison.Ordinal);
            Assert.DoesNotContain(Escape, piped, StringComparison.Ordinal);
            Assert.Contains("There is no test", terminal, StringComparison.Ordinal);
            Assert.Contains(Escape, terminal, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete();
        }
    }

    [Fact]
    public void Corpus_json_counts_what_passed_and_failed()
    {
        using var corpus = new Corpus.SmallCorpus();
        corpus.Write("corpus/good.cedar", "permit(");

        var json = JsonElement.Parse(Verb.Run("cedar", "corpus", corpus.Root, "--json").Output);

        Assert.Equal((0, 1), (json.GetProperty("passed").GetInt32(), json.GetProperty("failed").GetInt32()));
        Assert.Equal("corpus/good.json", json.GetProperty("disagreements")[0].GetProperty("test").GetString());
    }

    // The verbs that the help of the tool names, each with its group.
    private static List<string> Verbs(string help)
    {
        var verbs = new List<string>();
        foreach (var group in Commands(Verb.Run(help)))
        {
            var inner = Commands(Verb.Run(group, help));
            verbs.AddRange(inner.Count == 0 ? [group] : inner.Select(verb => $"{group} {verb}"));
        }

        Assert.NotEmpty(verbs);
        return verbs;
    }

    private static List<string> Commands(VerbResult help)
    {
        var lines = help.Output.ReplaceLineEndings("\n").Split('\n');
        return
        [
            .. lines.SkipWhile(static line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(static line => line.Length > 0)
                .Where(static line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
                .Select(static line => line.Trim().Split(' ')[0]),
        ];
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
