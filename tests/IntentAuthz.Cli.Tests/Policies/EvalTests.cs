using System.Text.Json;

namespace IntentAuthz.Cli.Tests.Policies;

/// <summary><c>intentauthz eval</c>, as a user types it.</summary>
public sealed class EvalTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_permit_permits_and_is_named()
    {
        var result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal((0, "permit"), (result.ExitCode, result.Lines[0]));
        Assert.Contains("by small payment", result.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_permits_denies()
    {
        var result = Verb.Run(_shop.Ask("eval", "large.json"));
        Assert.Equal((1, "deny (no-permit)"), (result.ExitCode, Assert.Single(result.Lines)));
    }

    [Fact]
    public void Json_has_outcome_reason_policies_obligations_and_errors()
    {
        var result = Verb.Run(_shop.Ask("eval", "frozen.json", "--json"));
        Assert.Equal("""{"outcome":"deny","reason":"forbidden","policies":["frozen"],"obligations":{"approval":[],"contain":[],"redact":[],"rate":[]},"errors":[]}""", Assert.Single(result.Lines));
        result = Verb.Run(_shop.Ask("eval", "small.json", "--resource", "Account::\"none\"", "--json"));
        using var json = JsonDocument.Parse(Assert.Single(result.Lines));
        Assert.Equal("frozen", json.RootElement.GetProperty("errors")[0].GetProperty("policy").GetString());
        Assert.Equal(9, json.RootElement.GetProperty("errors")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public void Flags_do_without_a_request_file_and_a_schema_types_the_context()
    {
        var context = _shop.Write("context.json", """{ "input": { "amount": "120.0", "currency": "EUR" } }""");
        string[] arguments =
        [
            "eval", "--policies", _shop.Path("policies"), "--entities", _shop.Path("entities.json"), "--schema", _shop.Path("shop.cedarschema"),
            "--principal", "User::\"alice\"", "--action", "Action::\"pay\"", "--resource", "Account::\"1\"", "--context", context,
        ];
        Assert.Equal((0, "permit"), (Verb.Run(arguments).ExitCode, Verb.Run(arguments).Lines[0]));
        arguments[8] = "Group::\"clerks\"";
        var result = Verb.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("does not fit the schema", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_forbid_denies_where_plain_cedar_would_allow()
    {
        var result = Verb.Run(_shop.Ask("eval", "small.json", "--resource", "Account::\"none\""));

        Assert.Equal((1, "deny (policy-error)"), (result.ExitCode, result.Lines[0]));
        Assert.Contains("  by frozen (", result.Lines[1], StringComparison.Ordinal);
        Assert.Contains("shop.cedar:9:", result.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_permit_that_asks_for_something_denies_and_in_a_plain_one_does_not()
    {
        _shop.Write("policies/more.cedar", "@id(\"asking\") permit(principal, action == Action::\"pay\", resource) when { context.input.missing };");
        Assert.Equal(0, Verb.Run(_shop.Ask("eval", "small.json")).ExitCode);

        _shop.Write("policies/more.cedar", "@id(\"asking\") @rate(\"5/1m\") permit(principal, action == Action::\"pay\", resource) when { context.input.missing };");
        var result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal((1, "deny (policy-error)"), (result.ExitCode, result.Lines[0]));
    }

    [Fact]
    public void An_approval_is_asked_for_though_a_broad_permit_asks_for_none()
    {
        _shop.Write("policies/more.cedar", "@id(\"asking\") @approval(\"finance:2, risk\") permit(principal, action == Action::\"pay\", resource);");

        var words = Verb.Run(_shop.Ask("eval", "small.json"));
        var json = JsonElement.Parse(Verb.Run(_shop.Ask("eval", "small.json", "--json")).Output);

        Assert.Equal((1, "require-approval"), (words.ExitCode, words.Lines[0]));
        Assert.Contains("  approval by 2 of finance, risk", words.Lines);
        Assert.Equal("require-approval", json.GetProperty("outcome").GetString());
        Assert.Equal(["finance:2", "risk"], json.GetProperty("obligations").GetProperty("approval").EnumerateArray().Select(static a => a.GetString()!));
    }

    [Fact]
    public void What_else_permits_ask_for_is_printed_and_two_credentials_conflict()
    {
        _shop.Write(
            "policies/more.cedar",
            "@credential(\"pay:write\") @contain(\"build\") @redact(\"result.iban\") @rate(\"5/1m\") permit(principal, action == Action::\"pay\", resource);");
        var result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal((0, "permit"), (result.ExitCode, result.Lines[0]));
        Assert.Equal(["  credential pay:write", "  contained by build", "  redacted: result.iban", "  at most 5/60s"], result.Lines[^4..]);

        _shop.Write("policies/other.cedar", "@credential(\"pay:read\") permit(principal, action == Action::\"pay\", resource);");
        result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal((1, "deny (conflicting-obligations)"), (result.ExitCode, result.Lines[0]));
    }

    [Fact]
    public void An_annotation_that_the_guard_would_refuse_gives_no_answer_but_its_place()
    {
        var file = _shop.Write("policies/more.cedar", "@aproval(\"finance\")\npermit(principal, action, resource);");
        foreach (var verb in new[] { "eval", "explain" })
        {
            var result = Verb.Run(_shop.Ask(verb, "small.json"));
            Assert.Equal(2, result.ExitCode);
            Assert.Contains($"{file}:1:1: error unknown-annotation: unknown annotation '@aproval'", result.Errors, StringComparison.Ordinal);
        }

        Assert.Equal(0, Verb.Run(_shop.Ask("eval", "small.json", "--annotation", "aproval")).ExitCode);
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{ \"principal\": 1 }", "neither text nor an object")]
    [InlineData("{ \"principal\": \"alice\" }", "names no entity")]
    [InlineData("{ \"principal\": { \"type\": \"not a type\", \"id\": \"x\" } }", "not an entity type")]
    [InlineData("{}", "give --principal or --request")]
    public void A_request_that_is_wrong_gives_no_answer(string request, string says)
    {
        _shop.Write("wrong.json", request);
        var result = Verb.Run(_shop.Ask("eval", "wrong.json"));
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_that_are_wrong_give_no_answer_but_their_place()
    {
        _shop.Write("policies/wrong.cedar", "permit(principal);");
        var result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("wrong.cedar:1:", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_an_example_and_the_exit_codes()
    {
        var result = Verb.Run("eval", "--help");
        Assert.Contains("Example: intentauthz eval", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code", result.Output, StringComparison.Ordinal);
    }
}
