using System.Text.Json;

namespace IntentAuthz.Tests.Tools;

/// <summary>What a host may declare of a tool, and how its mistakes are told.</summary>
public sealed class ToolDescriptorTests
{
    private static readonly JsonElement s_schema = JsonElement.Parse("""{"type":"object","properties":{"amount":{"type":"integer"}}}""");

    [Fact]
    public void Build_ArgumentThatTheSchemaDoesNotHave_NamesTheNearest()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => ToolDescriptor.For("pay").InputSchema(s_schema).Argument("amuont", ArgumentRole.Magnitude).Build());

        Assert.EndsWith("; did you mean 'amount'?", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"5\"")]
    [InlineData("0.5")]
    public void Build_DefaultThatTheSchemaDoesNotAllow_FailsThereInsteadOfDenyingEachCall(string defaultJson) =>
        Assert.Throws<InvalidOperationException>(
            () => ToolDescriptor.For("pay").InputSchema(s_schema).Argument("amount", ArgumentRole.Magnitude, defaultJson: defaultJson).Build());

    [Fact]
    public void Build_ResourceFromAnArgumentThatIsNowhere_Fails() =>
        Assert.Throws<InvalidOperationException>(() => ToolDescriptor.For("pay").InputSchema(s_schema).Resource("Invoice", "id").Build());

    [Fact]
    public void Build_ResourceFromAHostOnlyArgument_FailsSincePolicyNeverSeesIt() =>
        Assert.Throws<InvalidOperationException>(() => ToolDescriptor.For("pay").HostOnlyArgument("file").Resource("File", "file").Build());

    [Fact]
    public void Digest_OfDescriptorsThatDifferAnywhere_Differs()
    {
        static ToolDescriptorBuilder Pay() => ToolDescriptor.For("pay").Argument("x", ArgumentRole.Target);
        ToolDescriptor[] tools =
        [
            Pay().Build(),
            Pay().Action("transfer").Build(),
            Pay().InActionGroups("money").Build(),
            Pay().Risk(RiskClass.High).Build(),
            Pay().ResultLabel(Integrity.Trusted, Confidentiality.Public).Build(),
            Pay().NeedsCredential("c").Build(),
            Pay().NeedsContainment("c").Build(),
            Pay().Idempotent().Build(),
            Pay().AcceptUndeclaredArguments().Build(),
            Pay().Resource("Account", "x").Build(),
            Pay().Resource("Account", static _ => new ResourceReference(new Cedar.EntityUid("Account", "1"))).Build(),
            Pay().InputSchema(JsonElement.Parse("""{"type":"object"}""")).Build(),
            Pay().OutputSchema(JsonElement.Parse("""{"type":"object"}""")).Build(),
            Pay().Argument("x", ArgumentRole.Content).Build(),
            Pay().Argument("x", ArgumentRole.Target, mapToString: true).Build(),
            Pay().Argument("x", ArgumentRole.Target, defaultJson: "1").Build(),
            Pay().HostOnlyArgument("y").Build(),
        ];

        Assert.Equal(tools.Length, tools.Select(static t => t.Digest).Distinct().Count());
        Assert.Equal(Pay().Build().Digest, tools[0].Digest);
    }

    [Fact]
    public void FromMethod_ParameterWithADefault_IsFilledInBeforePolicyDecides()
    {
        ToolDescriptor tool = ToolDescriptor.FromMethod(Search).Build();

        Assert.Equal("1000", tool.Arguments["limit"].Default?.GetRawText());
        Assert.Equal("\"a \\u0022b\\u0022\"", tool.Arguments["order"].Default?.GetRawText());
        Assert.Equal("true", tool.Arguments["deep"].Default?.GetRawText());
        Assert.Equal("2.5", tool.Arguments["ratio"].Default?.GetRawText());
        Assert.Equal(ArgumentRole.Magnitude, tool.Arguments["limit"].Role);
        Assert.False(tool.Arguments.ContainsKey("text"), "what has neither role nor default needs no declaration");
        Assert.False(tool.Arguments.ContainsKey("cancellationToken"), "the framework supplies it");
    }

    [Fact]
    public void FromMethod_ParameterThatMayBeNull_IsOptionalToPolicies()
    {
        string schema = PolicySchema.Create([ToolDescriptor.FromMethod(Page).Build()]).ToCedar();

        Assert.Matches(@"input: \{\s+from: String,\s+size\?: Long\s+\}", schema);
    }

    [Fact]
    public void FromMethod_WithoutTheAttribute_NamesTheFix() =>
        Assert.Contains("[Tool(", Assert.Throws<ArgumentException>(() => ToolDescriptor.FromMethod(static () => { })).Message, StringComparison.Ordinal);

    [Tool("page")]
    private static string Page(string from, int? size) => $"{from}{size}";

    [Tool("search")]
    private static string Search(
        string text,
        [Argument(ArgumentRole.Magnitude)] int limit = 1000,
        string order = "a \"b\"",
        bool deep = true,
        double? ratio = 2.5,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        $"{text}{limit}{order}{deep}{ratio}{hint}{cancellationToken.IsCancellationRequested}";
}
