using System.Text.Json;

namespace IntentAuthz.Cli.Tests.Policies;

/// <summary><c>intentauthz validate</c>, as a user types it.</summary>
public sealed class ValidateTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Good_policies_are_valid()
    {
        var result = Verb.Run("validate", _shop.Path("policies"), "--schema", _shop.Path("shop.cedarschema"));
        Assert.Equal((0, "2 policies valid."), (result.ExitCode, Assert.Single(result.Lines)));
        Assert.Equal("2 policies valid. No --schema is given, so names and types are not checked.", Assert.Single(Verb.Run("validate", _shop.Path("policies")).Lines));
    }

    [Fact]
    public void A_name_that_is_not_there_is_found_with_its_place_and_the_nearest_right_name()
    {
        var file = _shop.Write("wrong.cedar", "permit(principal, action == Action::\"pay\", resource)\nwhen { context.input.amuont == decimal(\"1.0\") };");
        var result = Verb.Run("validate", file, "--schema", _shop.Path("shop.cedarschema"));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"{file}:2:22: error unknown-attribute: ", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains("did you mean `amount`?", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal("1 error.", result.Lines[1]);
    }

    [Fact]
    public void Json_holds_the_findings()
    {
        var file = _shop.Write("wrong.cedar", "permit(principal, action, resource) when { 1 };\npermit(principal,, resource);");
        var result = Verb.Run("validate", file, _shop.Path("policies"), "--json");
        using var json = JsonDocument.Parse(Assert.Single(result.Lines));
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        var finding = json.RootElement.GetProperty("findings")[0];
        Assert.Equal(("error", file, 2), (finding.GetProperty("severity").GetString(), finding.GetProperty("file").GetString(), finding.GetProperty("line").GetInt32()));
        Assert.Equal("unexpected-token", finding.GetProperty("code").GetString());
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public void A_policy_that_can_never_apply_is_a_warning()
    {
        var file = _shop.Write("never.cedar", "permit(principal, action == Action::\"pay\", resource) when { false };");
        var result = Verb.Run("validate", file, "--schema", _shop.Path("shop.cedarschema"));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("warning impossible-policy", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal("1 policy valid, 1 warning.", result.Lines[1]);
    }

    [Fact]
    public void Two_policies_of_one_id_are_an_error()
    {
        var file = _shop.Write("again.cedar", "@id(\"frozen\")\npermit(principal, action, resource);");
        var result = Verb.Run("validate", _shop.Path("policies"), file);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{file}:1:1: error duplicate-id", result.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@aproval(\"finance\") permit(principal, action, resource);", 1, "unknown-annotation", "did you mean 'approval'?")]
    [InlineData("\n@approval(\"finance\") forbid(principal, action, resource);", 2, "misplaced-obligation", "obligations belong on permits")]
    [InlineData("@approval(\"finance:99\") permit(principal, action, resource);", 1, "invalid-annotation", "a quorum of 1 to 10")]
    [InlineData("@rate(\"often\") permit(principal, action, resource);", 1, "invalid-annotation", "such as \"5/1m\"")]
    [InlineData("@redact(\"ssn\") permit(principal, action, resource);", 1, "invalid-annotation", "such as \"result.ssn\"")]
    [InlineData("@credential(\"a, b\") permit(principal, action, resource);", 1, "invalid-annotation", "a policy names one credential")]
    [InlineData("@contain permit(principal, action, resource);", 1, "invalid-annotation", "needs a value")]
    [InlineData("@aproval(\"finance\") permit(principal == ?principal, action, resource);", 1, "unknown-annotation", "did you mean 'approval'?")]
    public void An_annotation_that_the_guard_would_refuse_is_an_error_with_its_place(string policy, int line, string code, string says)
    {
        var file = _shop.Write("annotated.cedar", policy);
        var result = Verb.Run("validate", file);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"{file}:{line}:1: error {code}: ", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains(says, result.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_annotation_key_of_the_hosts_own_is_told()
    {
        var file = _shop.Write("annotated.cedar", "@ticket(\"SEC-1\") permit(principal, action, resource);");
        Assert.Equal(1, Verb.Run("validate", file).ExitCode);
        Assert.Equal(0, Verb.Run("validate", file, "--annotation", "ticket").ExitCode);
    }

    [Fact]
    public void Files_of_one_name_in_two_directories_are_told_apart_as_the_guard_does()
    {
        _shop.Write("policies/a/pay.cedar", "permit(principal, action, resource);");
        _shop.Write("policies/b/pay.cedar", "permit(principal, action, resource);");
        Assert.Equal(0, Verb.Run("validate", _shop.Path("policies")).ExitCode);
    }

    [Theory]
    [InlineData("missing.cedar", null)]
    [InlineData("policies", "missing.cedarschema")]
    [InlineData("policies", "entities.json")]
    public void What_cannot_be_read_gives_no_answer(string policies, string? schema)
    {
        var result = Verb.Run(["validate", _shop.Path(policies), .. schema is null ? [] : new[] { "--schema", _shop.Path(schema) }]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.NotEqual("", result.Errors);
    }

    [Fact]
    public void Nothing_invisible_is_printed()
    {
        var file = _shop.Write("evil.cedar", "@id(\"\u001b[2J\u202Eevil\") permit(principal, action, resource) when { context.\"\u001b[31m\" };");
        var result = Verb.Run("validate", file);
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain('\u001b', result.Output);
        Assert.DoesNotContain('\u202E', result.Output);
    }

    [Fact]
    public void Help_shows_an_example_and_the_exit_codes()
    {
        var result = Verb.Run("validate", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Example: intentauthz validate", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code", result.Output, StringComparison.Ordinal);
    }
}
