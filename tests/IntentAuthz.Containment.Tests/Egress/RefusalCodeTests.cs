using System.Reflection;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>The codes with which an enforcer refuses, and what the guard lets them be.</summary>
public sealed class RefusalCodeTests
{
    [Fact]
    public async Task RefuseContained_CodeOfTheEnforcers_IsTheReasonOfADenialThatIsCounted()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([]);

        GuardResult refused = fixture.Guard.RefuseContained(fixture.AgentTask, new ToolCall(EgressTools.Read, "{}"u8.ToArray()), "no-such-thing", "It is not there.");

        Assert.Equal((DecisionOutcome.Deny, "no-such-thing"), (refused.Decision.Outcome, refused.OutcomeCode));
        Assert.Equal(DecisionOutcome.Deny, (await fixture.RecordAsync(static r => r.ReasonCode == "no-such-thing")).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("-first")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("permitted")]
    [InlineData("observed")]
    [InlineData("completed")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345")]
    public async Task RefuseContained_CodeThatIsNoWordOrSaysThatACallRan_Throws(string code)
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([]);

        Assert.Throws<ArgumentException>(() => fixture.Guard.RefuseContained(fixture.AgentTask, new ToolCall(EgressTools.Read, "{}"u8.ToArray()), code, "Because."));
    }

    [Fact]
    public void Codes_AreInTheTableOfTheDocsAndNoneIsOneOfTheGuards()
    {
        string[] codes = [.. Constants(typeof(EgressCodes))];
        string docs = File.ReadAllText(Path.Combine(Repository(), "docs", "egress.md"));

        Assert.Empty(codes.Intersect(Constants(typeof(ReasonCodes))));
        Assert.DoesNotContain(codes, c => !docs.Contains($"`{c}`", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(static f => f.IsLiteral).Select(static f => (string)f.GetRawConstantValue()!);

    private static string Repository()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "IntentAuthz.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
