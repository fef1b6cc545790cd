using System.Text.Json;

namespace IntentAuthz.Cli.Tests.Policies;

/// <summary><c>intentauthz eval</c>, as a user types it.</summary>
public sealed class EvalTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_permit_allows_and_is_named()
    {
        var result = Verb.Run(_shop.Ask("eval", "small.json"));
        Assert.Equal((0, "allow"), (result.ExitCode, result.Lines[0]));
        Assert.Contains("by small payment", result.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_permits_denies()
    {
        var result = Verb.Run(_shop.Ask("eval", "large.json"));
        Assert.Equal((1, "deny"), (result.ExitCode, Assert.Single(result.Lines)));
    }

    [Fact]
    public void Json_has_decision_reasons_and_errors()
    {
        var result = Verb.Run(_shop.Ask("eval", "frozen.json", "--json"));
        Assert.Equal("""{"decision":"deny","reasons":["frozen"],"errors":[]}""", Assert.Single(result.Lines));
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
        Assert.Equal((0, "allow"), (Verb.Run(arguments).ExitCode, Verb.Run(arguments).Lines[0]));
        arguments[8] = "Group::\"clerks\"";
        var result = Verb.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("does not fit the schema", result.Errors, StringComparison.Ordinal);
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
