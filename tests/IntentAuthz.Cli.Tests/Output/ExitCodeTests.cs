using IntentAuthz.Cli.Tests.Policies;

namespace IntentAuthz.Cli.Tests.Output;

/// <summary>
/// What docs/cli.md says of all verbs: whatever cannot be read or is wrong ends with exit code 2 and a message on standard error, never with one that
/// means yes or no, and standard output holds the answer or nothing.
/// </summary>
public sealed class ExitCodeTests : IDisposable
{
    private static readonly string[] s_incident = ["--state", "{0}", "--key-file", "{0}", "--as", "olga", "--reason", "a test"];

    private readonly Shop _shop = new();

    /// <summary>Every verb, with a file in each place where it takes one.</summary>
    public static TheoryData<string[]> Places => new(
        ["validate", "{0}"],
        ["validate", "good.cedar", "--schema", "{0}"],
        [.. Deciding("eval", "--policies", "{0}")],
        [.. Deciding("eval", "--entities", "{0}")],
        [.. Deciding("eval", "--schema", "{0}")],
        [.. Deciding("eval", "--context", "{0}")],
        ["eval", "--policies", "good.cedar", "--request", "{0}"],
        [.. Deciding("explain", "--policies", "{0}")],
        [.. Deciding("explain", "--entities", "{0}")],
        [.. Deciding("explain", "--schema", "{0}")],
        [.. Deciding("explain", "--context", "{0}")],
        ["explain", "--policies", "good.cedar", "--request", "{0}"],
        ["cedar", "corpus", "{0}"],
        ["shell", "analyze", "{0}"],
        ["shell", "analyze", "good.cedar", "--programs", "{0}"],
        ["audit", "verify", "{0}"],
        ["audit", "verify", "good.cedar", "--checkpoint", "{0}"],
        ["audit", "verify", "good.cedar", "--key", "audit={0}"],
        ["replay", "--policies", "{0}", "--store", "empty", "--key", "key"],
        ["replay", "--policies", "good.cedar", "--schema", "{0}", "--store", "empty", "--key", "key"],
        ["replay", "--policies", "good.cedar", "--store", "{0}", "--key", "key"],
        ["replay", "--policies", "good.cedar", "--store", "empty", "--key", "{0}"],
        ["replay", "--policies", "good.cedar", "--audit", "{0}"],
        ["replay", "--policies", "good.cedar", "--audit", "good.cedar", "--checkpoint", "{0}"],
        ["replay", "--policies", "good.cedar", "--audit", "good.cedar", "--audit-key", "audit={0}"],
        ["incident", "list", "--state", "{0}"],
        ["incident", "show", "inc_1", "--state", "{0}"],
        ["incident", "live", "inc_1", "--state", "{0}"],
        ["incident", "freeze", "inc_1", .. s_incident],
        ["incident", "revoke", "inc_1", .. s_incident],
        ["incident", "reopen", "inc_1", .. s_incident],
        ["incident", "close", "inc_1", .. s_incident],
        ["incident", "verify", "{0}"],
        ["incident", "verify", "empty", "--key", "audit={0}"],
        ["incident", "export", "inc_1", "--out", "out", "--state", "{0}", "--key-file", "{0}", "--as", "olga"]);

    public void Dispose() => _shop.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public void A_path_that_is_empty_or_leads_nowhere_is_no_answer(string[] verb)
    {
        Assert.All(["", " ", _shop.Path("missing"), _shop.Path("a\0b")], path => AssertNoAnswer(path, Run(verb, path)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_directory_in_place_of_a_file_and_bytes_that_are_nothing_get_no_yes_and_no_fault(string[] verb)
    {
        var noise = _shop.Path("noise");
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(noise, bytes);
        File.WriteAllBytes(noise + ".json", bytes);
        File.WriteAllText(_shop.Path("deep.json"), new string('[', 100_000));
        File.WriteAllText(_shop.Path("deep.cedar"), "permit(principal,action,resource) when { " + new string('(', 100_000));
        Directory.CreateDirectory(_shop.Path("nothing in it"));

        Assert.All([noise, noise + ".json", _shop.Path("deep.json"), _shop.Path("deep.cedar"), _shop.Path("nothing in it")], path =>
        {
            var result = Run(verb, path);
            Assert.DoesNotContain("The tool itself has failed", result.Errors, StringComparison.Ordinal);
            if (verb is ["shell", "analyze", "{0}"] && File.Exists(path))
            {
                Assert.Equal(0, result.ExitCode); // each gets its line, whatever it is
            }
            else
            {
                Assert.InRange(result.ExitCode, 1, 2);
                Assert.True(result.ExitCode == 1 || result.Errors.Length > 0 || verb[0] == "replay", $"nothing is said of {path}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void An_option_that_is_not_there_is_no_answer_and_standard_output_holds_no_help(string[] verb)
    {
        AssertNoAnswer("an option", Verb.Run([.. verb.Select(word => word.Replace("{0}", "good.cedar", StringComparison.Ordinal)), "--no-such-option"]));
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("nosuch")]
    [InlineData("audit")]
    [InlineData("audit", "--json")]
    [InlineData("eval", "--json")]
    [InlineData("replay", "--json", "--policies", "p")]
    [InlineData("audit", "verify", "--json", "")]
    [InlineData("validate", "")]
    public void What_is_no_command_line_leaves_standard_output_empty(params string[] arguments) => AssertNoAnswer("the line", Verb.Run(arguments));

    [Theory]
    [InlineData("eval")]
    [InlineData("explain")]
    public void Half_a_surrogate_pair_in_a_request_is_no_answer(string verb)
    {
        string[] requests =
        [
            """{"principal":"User::\"\ud800\"","action":"Action::\"pay\"","resource":"Account::\"1\""}""",
            """{"principal":{"type":"User","id":"\ud800"},"action":"Action::\"pay\"","resource":"Account::\"1\""}""",
            """{"principal":"User::\"a\"","action":"Action::\"pay\"","resource":"Account::\"1\"","context":{"a":"\ud800"}}""",
            """{"principal":"User::\"a\"","action":"Action::\"pay\"","resource":"Account::\"1\"","context":{"\ud800":1}}""",
        ];
        Assert.All(requests, request =>
        {
            _shop.Write("half.json", request);
            var result = Verb.Run(_shop.Ask(verb, "half.json", "--json"));
            AssertNoAnswer(request, result);
            Assert.DoesNotContain("The tool itself", result.Errors, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Empty_path_is_named_with_the_option_that_has_it()
    {
        Assert.Contains("--schema is given an empty path.", Verb.Run("validate", _shop.Path("policies"), "--schema", "").Errors, StringComparison.Ordinal);
        Assert.Contains("<log> is given an empty path.", Verb.Run("audit", "verify", "").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_is_an_answer()
    {
        var result = Verb.Run("replay", "--help");

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("Example: intentauthz replay", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_output_that_cannot_be_written_is_no_answer()
    {
        foreach (var arguments in (string[][])[["validate", _shop.Path("policies")], _shop.Ask("eval", "small.json"), _shop.Ask("eval", "small.json", "--json"), _shop.Ask("explain", "small.json")])
        {
            await using var errors = new StringWriter();
            await using var full = new FullDisk();

            var code = await IntentAuthzCommand.RunAsync(arguments, new() { Output = full, Error = errors });

            Assert.Equal((2, "No space left on device"), (code, errors.ToString().Trim()));
        }
    }

    [Fact]
    public async Task Neither_can_be_written_and_it_is_still_no_answer()
    {
        await using var full = new FullDisk();

        Assert.Equal(2, await IntentAuthzCommand.RunAsync(["validate", _shop.Path("policies")], new() { Output = full, Error = full }));
    }

    [Fact]
    public async Task Cancelled_is_neither_yes_nor_no()
    {
        await using var errors = new StringWriter();
        await using var cancelling = new Cancelling();

        Assert.Equal(130, await IntentAuthzCommand.RunAsync(["validate", _shop.Path("policies")], new() { Output = cancelling, Error = errors }));
        Assert.Equal("Cancelled.", errors.ToString().Trim());
    }

    private static IEnumerable<string> Deciding(string verb, string option, string file) =>
        [verb, .. option == "--policies" ? [] : (string[])["--policies", "good.cedar"], option, file, "--principal", "User::\"a\"", "--action", "Action::\"pay\"", "--resource", "Account::\"1\""];

    private static void AssertNoAnswer(string what, VerbResult result)
    {
        Assert.True(result.ExitCode == 2, $"'{what}': exit code {result.ExitCode}; {result.Output}{result.Errors}");
        Assert.True(result.Output.Length == 0, $"'{what}' has an answer: {result.Output}");
        Assert.True(result.Errors.Trim().Length > 0, $"'{what}': nothing is said");
        Assert.False(result.Errors.Contains("   at ", StringComparison.Ordinal), $"'{what}': {result.Errors}");
    }

    private VerbResult Run(string[] verb, string path)
    {
        _shop.Write("good.cedar", "permit(principal, action, resource) when { context has amount };");
        _shop.Write("key", Convert.ToBase64String(new byte[DecisionKey.Size]));
        Directory.CreateDirectory(_shop.Path("empty"));
        return Verb.Run([.. verb.Select(word => word is "good.cedar" or "key" or "empty" or "out" ? _shop.Path(word) : word.Replace("{0}", path, StringComparison.Ordinal))]);
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }

    private sealed class Cancelling : StringWriter
    {
        public override void Write(char value) => throw new OperationCanceledException();

        public override void Write(string? value) => throw new OperationCanceledException();

        public override void Write(char[] buffer, int index, int count) => throw new OperationCanceledException();
    }
}
