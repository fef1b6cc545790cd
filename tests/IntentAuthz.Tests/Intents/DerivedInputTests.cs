using System.Text.Json;

using IntentAuthz.Tests.Guarding;

using static IntentAuthz.Tests.Intents.ArgumentReading;

namespace IntentAuthz.Tests.Intents;

/// <summary>What a host derives from arguments for policies to read: seen by policies, by nobody else, and never supplied by a call.</summary>
public sealed class DerivedInputTests
{
    private const string Schema = """{"properties":{"words":{"type":"integer"},"first":{"type":"string"}},"required":["words"]}""";

    private static ToolDescriptorBuilder Shell(Func<JsonElement, JsonElement>? derive = null) => ToolDescriptor.For("pay")
        .InputSchema("""{"properties":{"line":{"type":"string"}},"required":["line"]}""")
        .Derives(Schema, derive ?? Count);

    [Fact]
    public void Read_DerivedMembers_ArePolicyInputAndNotWhatTheToolGets()
    {
        CallArguments arguments = Accepted(Shell().Build(), """{"line":"a b c"}""");

        Assert.Equal("3", arguments.Value("words").ToString());
        Assert.Equal("""{"line":"a b c"}""", arguments.Json.GetRawText());
    }

    [Theory]
    [InlineData("""{"line":"a","words":0}""")]
    [InlineData("""{"line":"a","Words":0}""")]
    public void Read_CallThatNamesADerivedMember_IsRefused(string json) =>
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(Shell().Build(), json).ReasonCode);

    [Theory]
    [InlineData("words")]
    [InlineData("Words")]
    public void Read_CallThatNamesADerivedMemberOfAToolWithOpenArguments_IsRefused(string name)
    {
        ToolDescriptor open = ToolDescriptor.For("pay").Argument("line", ArgumentRole.Content).AcceptUndeclaredArguments().Derives(Schema, Count).Build();

        Assert.Equal(ReasonCodes.UnknownArgument, Refused(open, $$"""{"line":"a","{{name}}":0}""").ReasonCode);
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{}""")]
    [InlineData("""{"words":"3"}""")]
    [InlineData("""{"words":3,"more":1}""")]
    [InlineData("""{"words":3,"words":4}""")]
    public void Read_DerivedThatIsNotWhatItsSchemaSays_IsRefused(string derived) =>
        Assert.Equal(ReasonCodes.DerivedInputFailed, Refused(Shell(_ => JsonElement.Parse(derived)).Build(), """{"line":"a"}""").ReasonCode);

    [Fact]
    public void Read_DerivedThatNestsTooDeeply_IsRefused()
    {
        JsonElement deep = JsonElement.Parse($$"""{"words":{{new string('[', 200)}}{{new string(']', 200)}}}""", new JsonDocumentOptions { MaxDepth = 300 });

        Assert.Equal(ReasonCodes.DerivedInputFailed, Refused(Shell(_ => deep).Build(), """{"line":"a"}""").ReasonCode);
    }

    [Fact]
    public void Read_DerivingThrows_IsRefusedWithoutItsWords()
    {
        IntentFailure failure = Refused(Shell(static _ => throw new InvalidOperationException("inside information")).Build(), """{"line":"a"}""");

        Assert.Equal(ReasonCodes.DerivedInputFailed, failure.ReasonCode);
        Assert.DoesNotContain("inside information", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_DerivedMemberWithTheNameOfAnArgument_Fails() =>
        Assert.Throws<InvalidOperationException>(() => ToolDescriptor.For("t").Argument("words", ArgumentRole.Content).Derives(Schema, Count).Build());

    [Fact]
    public void Build_DerivedWithOpenSchema_Fails() =>
        Assert.Throws<InvalidOperationException>(() => ToolDescriptor.For("t").Derives("""{"type":"object"}""", Count).Build());

    [Fact]
    public async Task InvokeAsync_PolicyOverADerivedMember_DecidesByIt()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action == Action::"pay", resource) when { context.input.words < 3 };""", b => b.AddTool(Shell()));
        AgentTask task = await fixture.OpenAsync();

        Assert.True((await fixture.CallAsync(task, "pay", """{"line":"a b"}""")).IsCompleted);
        Assert.Equal(ReasonCodes.NoPermit, (await fixture.CallAsync(task, "pay", """{"line":"a b c"}""")).Decision.ReasonCode);
        Assert.Equal(["""{"line":"a b"}"""], fixture.Ran);
    }

    [Fact]
    public void Load_PolicyWithAMisspeltDerivedMember_Fails() =>
        Assert.ThrowsAny<Exception>(() => new GuardFixture("""permit(principal, action == Action::"pay", resource) when { context.input.wrds < 3 };""", b => b.AddTool(Shell())));

    [Fact]
    public async Task InvokeAsync_CallApart_IsAnActionOfItsOwnThatAPermitOfTheToolsActionSaysNothingOf()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action == Action::"pay", resource) when { context.input.words < 9 };""", b => b.AddTool(Apart()));
        AgentTask task = await fixture.OpenAsync();

        Assert.True((await fixture.CallAsync(task, "pay", """{"line":"a b"}""")).IsCompleted);
        Assert.Equal(ReasonCodes.NoPermit, (await fixture.CallAsync(task, "pay", """{"line":"a b c"}""")).Decision.ReasonCode);
        Assert.Equal(["""{"line":"a b"}"""], fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_CallApartThatIsPermitted_Runs()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action == Action::"pay_much", resource) when { context.input.words < 9 };""", b => b.AddTool(Apart()));
        AgentTask task = await fixture.OpenAsync();

        Assert.Equal(ReasonCodes.NoPermit, (await fixture.CallAsync(task, "pay", """{"line":"a b"}""")).Decision.ReasonCode);
        Assert.True((await fixture.CallAsync(task, "pay", """{"line":"a b c"}""")).IsCompleted);
    }

    [Fact]
    public async Task InvokeAsync_FindingTheActionThrows_IsRefused()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action, resource);""", b => b.AddTool(Shell().ActionApart("pay_much", static _ => throw new InvalidOperationException("inside information"))));
        AgentTask task = await fixture.OpenAsync();

        Decision decision = (await fixture.CallAsync(task, "pay", """{"line":"a"}""")).Decision;

        Assert.Equal(ReasonCodes.DerivedInputFailed, decision.ReasonCode);
        Assert.DoesNotContain("inside information", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_ActionApart_ChangesTheDigestAndIsAmongTheActions()
    {
        ToolDescriptor tool = Apart().Build();

        Assert.NotEqual(Shell().Build().Digest, tool.Digest);
        Assert.Equal(["Action::\"pay\"", "Action::\"pay_much\""], tool.Actions.Select(static a => a.ToString()));
    }

    [Fact]
    public void Build_ActionApartWithNothingDerived_Fails() =>
        Assert.Throws<InvalidOperationException>(() => ToolDescriptor.For("t").ActionApart("u", static _ => true).Build());

    [Fact]
    public void Build_ActionApartWithTheNameOfTheAction_Fails() => Assert.Throws<InvalidOperationException>(() => Shell().ActionApart("pay", static _ => true).Build());

    private static ToolDescriptorBuilder Apart() => Shell().ActionApart("pay_much", static facts => facts.GetProperty("words").GetInt32() > 2);

    private static JsonElement Count(JsonElement arguments) =>
        JsonSerializer.SerializeToElement(new { words = arguments.GetProperty("line").GetString()!.Split(' ').Length });
}
