using System.Text.Json;

namespace IntentAuthz.Cli.Tests.Policies;

/// <summary><c>intentauthz explain</c>, as a user types it.</summary>
public sealed class ExplainTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_denial_names_the_false_condition_its_place_and_the_smallest_change()
    {
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            [
                "Denied (no-permit): no policy permits it. The user “alice” asked to do pay on account “1”. The nearest permit is “small payment”: amount must be at most 500 (it is 900).",
                "It would be permitted if amount were 500 (it is 900).",
                "In detail:",
                "  “small payment” does not permit (shop.cedar(1,1)):",
                "    - amount must be at most 500 (it is 900) [shop.cedar(4,3)]",
            ],
            result.Lines[..^1]);
        Assert.StartsWith("Where the call is meant to be possible, write a pe", result.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_forbid_says_what_made_it_apply()
    {
        var result = Verb.Run(_shop.Ask("explain", "frozen.json"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("  “frozen” (Frozen accounts are not paid to.) forbids (shop.cedar(8,1)):", result.Lines);
        Assert.Contains("It would be permitted if the resource's frozen were not true.", result.Lines);
    }

    [Fact]
    public void What_is_permitted_is_explained_too()
    {
        var result = Verb.Run(_shop.Ask("explain", "small.json"));
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("Permitted (permitted): The user “alice” may do pay on account “1”: “small payment” permits it", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_the_full_path_and_the_change_that_was_tried()
    {
        var result = Verb.Run(_shop.Ask("explain", "large.json", "--json"));
        using var json = JsonDocument.Parse(Assert.Single(result.Lines));
        var root = json.RootElement;
        Assert.False(root.GetProperty("accepted").GetBoolean());
        Assert.Equal(("deny", "no-permit"), (root.GetProperty("outcome").GetString(), root.GetProperty("reasonCode").GetString()));
        Assert.Equal(_shop.Path("policies/shop.cedar"), root.GetProperty("policies")[0].GetProperty("file").GetString());
        Assert.Equal("500", root.GetProperty("suggestions")[0].GetProperty("changes")[0].GetProperty("to").GetString());
    }

    [Fact]
    public void An_approval_and_what_would_need_none_are_explained()
    {
        _shop.Write("policies/shop.cedar", "@id(\"small\") permit(principal, action, resource) when { context.input.currency == \"EUR\" };\n@id(\"dear\") @approval(\"finance\") permit(principal, action, resource) when { context.input.amount.greaterThan(decimal(\"500.0\")) };");
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Waits for approval (approval-required): The user “alice” may do pay on account “1” once “finance” approved it: “dear” asks for that", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal("It would need no approval if amount were 500 (it is 900).", result.Lines[1]);
    }

    [Fact]
    public void An_error_in_a_forbid_is_the_reason_of_a_denial()
    {
        var result = Verb.Run(_shop.Ask("explain", "small.json", "--resource", "Account::\"none\""));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Denied (policy-error): The user “alice” may not do pay on account “none”: “frozen”", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void All_who_have_to_approve_are_named()
    {
        _shop.Write("policies/shop.cedar", "@id(\"small\") @approval(\"legal\") permit(principal, action, resource);\n@id(\"dear\") @approval(\"finance:2\") permit(principal, action, resource) when { context.input.amount.greaterThan(decimal(\"500.0\")) };");
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Contains("once 2 people of “finance” and “legal” approved it: “small” and “dear” ask for that.", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_denies_is_the_reason_not_that_of_a_permit_that_only_does_not_apply()
    {
        _shop.Write("policies/shop.cedar", "@id(\"plain\") permit(principal, action, resource) when { context.nope == 1 };\n@id(\"stop\") forbid(principal, action, resource) when { context.gone == 1 };\n@id(\"ok\") permit(principal, action, resource);");
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Contains("may not do pay on account “1”: “stop” (record does not have the attribute `gone`", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Very_many_forbids_are_counted_and_have_reasons_of_their_own()
    {
        _shop.Write("policies/shop.cedar", string.Concat(Enumerable.Range(0, 20).Select(i => $"@id(\"f{i}\") forbid(principal, action, resource) when {{ context.input.amount.greaterThan(decimal(\"{i}.5\")) }};\n")));
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Contains("“f0” and “f1” and “f2” and 17 more forbid it, the first since amount is more than 0.5 (it is 900).", result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_invisible_is_printed()
    {
        _shop.Write("policies/evil.cedar", "@id(\"\u001b[2Jevil\u202E\") permit(principal, action, resource) when { context.input.currency == \"\u001b[31m\u202E\" && context.input.amount.lessThan(decimal(\"1.0\")) };");
        var result = Verb.Run(_shop.Ask("explain", "large.json"));
        Assert.Contains("evil", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
        Assert.DoesNotContain('\u202E', result.Output);
    }

    [Fact]
    public void Help_shows_an_example_and_the_exit_codes()
    {
        var result = Verb.Run("explain", "--help");
        Assert.Contains("Example: intentauthz explain", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code", result.Output, StringComparison.Ordinal);
    }
}
