namespace IntentAuthz.Cedar.Tests;

/// <summary>The example of the package's README compiles, runs, and says what its comments say.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_example_gives_what_its_comments_say()
    {
        // README: begin
        var policies = PolicySet.Parse(
            """
            permit (principal in Team::"billing", action == Action::"refund", resource is Invoice)
            when { context.amount.lessThanOrEqual(decimal("500.00")) };

            forbid (principal, action, resource)
            unless { resource.region == principal.region };
            """,
            "refunds.cedar");

        var entities = EntityStore.ParseJson(
            """
            [
              { "uid": { "type": "Agent", "id": "helper" }, "attrs": { "region": "eu" }, "parents": [{ "type": "Team", "id": "billing" }] },
              { "uid": { "type": "Invoice", "id": "4711" }, "attrs": { "region": "eu" }, "parents": [] }
            ]
            """);

        var context = new CedarRecord.Builder { { "amount", CedarDecimal.FromScaled(499_9900) } }.Build();
        var request = new CedarRequest(new("Agent", "helper"), new("Action", "refund"), new("Invoice", "4711"), context);
        var response = CedarAuthorizer.Authorize(request, policies, entities);
        // README: end

        Assert.Equal(CedarDecision.Allow, response.Decision);
        Assert.Equal("policy0", string.Join(", ", response.Reasons));
    }

    [Fact]
    public void The_example_in_the_readme_is_the_one_that_is_tested()
    {
        var root = Repository.Root;
        var source = File.ReadAllLines(Path.Combine(root, "tests", "IntentAuthz.Cedar.Tests", "ReadmeTests.cs"))
            .SkipWhile(line => !line.EndsWith("// README: begin", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.EndsWith("// README: end", StringComparison.Ordinal))
            .Select(line => line.Length > 8 ? line[8..] : "");

        Assert.Contains(string.Join("\n", source), File.ReadAllText(Path.Combine(root, "src", "IntentAuthz.Cedar", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_code_of_a_diagnostic_is_documented()
    {
        var documentation = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cedar.md"));
        var codes = typeof(Cedar.Syntax.DiagnosticCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Contains($"`{code}`", documentation, StringComparison.Ordinal));
    }
}
