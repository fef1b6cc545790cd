using System.Text.Json;

using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Ways to let the tool see other arguments than the guard. Each was tried; none may work.</summary>
public sealed class ArgumentAttackTests
{
    private const string WithCredential = """
        @credential("bank:write")
        permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource) when { context.input.amount <= 100 };
        """;

    [Fact]
    public async Task ArgumentsAreChangedAfterTheDecision_TheToolGetsWhatWasDecided()
    {
        KernelArguments arguments = new(RouteTests.Pay("ACME", 5));
        await using KernelFixture fixture = new(WithCredential, add: BankIssuer.Added(_ =>
        {
            arguments["to"] = "EVE";
            arguments["amount"] = 5000L;
            arguments["note"] = "added";
            return Task.CompletedTask;
        }));
        Kernel kernel = await fixture.BindAsync();

        await kernel.InvokeAsync("Bank", "Transfer", arguments);

        Assert.Equal("EVE", arguments["to"]);
        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
    }

    [Fact]
    public async Task FilterChangesArguments_WhatItMadeOfThemIsWhatIsDecidedOn()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        CountingFilter filter = new(context => context.Arguments["amount"] = 5000L);
        kernel.FunctionInvocationFilters.Add(filter);

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal(ReasonCodes.NoPermit, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task Filters_RunOnceACall_SoNoneRunsBetweenTheDecisionAndTheTool()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        CountingFilter filter = new(static _ => { });
        kernel.FunctionInvocationFilters.Add(filter);

        await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Single(fixture.Bank.Ran);
        Assert.Equal(1, filter.Calls);
    }

    [Theory]
    [InlineData("Amount")]
    [InlineData("AMOUNT")]
    [InlineData("аmount")] // a Cyrillic a
    public async Task ArgumentWhoseNameDiffersByCaseOrLooksAlike_IsUnknown(string name)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", [name] = 5L });

        Assert.Equal(ReasonCodes.UnknownArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task ModelSendsAmountTwiceInTwoSpellings_TheKernelsOwnLoopStopsBeforeAnyCall()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        Dictionary<string, object?> both = new() { ["to"] = "ACME", ["amount"] = 5L, ["Amount"] = 5000L };

        await Assert.ThrowsAsync<ArgumentException>(() => Routes.All["the kernel's own loop"](kernel, "Transfer", both, CancellationToken.None));

        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("amount", "Amount", ReasonCodes.Completed)] // the first spelling stays, the last value counts: decided and run as one
    [InlineData("Amount", "amount", ReasonCodes.UnknownArgument)]
    public async Task ConnectorThatMergesTheTwoSpellings_TheToolGetsNothingElseThanWasDecided(string first, string second, string outcome)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        KernelArguments merged = new() { ["to"] = "ACME", [first] = 5000L };
        merged[second] = 5L;

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", merged);

        Assert.Equal(outcome, result.GetGuardResult()?.OutcomeCode);
        Assert.Equal(outcome == ReasonCodes.Completed ? ["ACME:5"] : [], fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("UseFunctionInvocation")]
    [InlineData("ChatClientAgent")]
    public async Task ModelSendsAmountTwiceInTwoSpellings_NeitherReachesTheTool(string route)
    {
        await using KernelFixture fixture = new();
        Dictionary<string, object?> both = new() { ["to"] = "ACME", ["amount"] = 5L, ["Amount"] = 5000L };

        string answer = await Routes.All[route](await fixture.BindAsync(), "Transfer", both, CancellationToken.None);

        Assert.DoesNotContain("paid", answer, StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task OptionalArgumentThatAPolicyNeeds_LeftOut_IsDenied()
    {
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource) when { context.input has note && context.input.note == "invoice" };""");
        Kernel kernel = await fixture.BindAsync();

        FunctionResult without = await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal(ReasonCodes.NoPermit, without.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task ExplicitNullForARequiredArgument_IsDenied()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult dotnet = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = null });
        FunctionResult json = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = JsonElement.Parse("null") });

        Assert.Equal(ReasonCodes.InvalidArguments, dotnet.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.InvalidArguments, json.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task ExplicitNullForAnOptionalArgument_IsTheSameAsLeavingItOut()
    {
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource) unless { context.input has note };""");
        Kernel kernel = await fixture.BindAsync();

        await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = 5L, ["note"] = null });

        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
    }

    [Fact]
    public async Task DefaultValue_IsSeenByPolicyAndGivenToTheTool()
    {
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"Bank.Search", resource) when { context.input.limit == 20 && context.input.exact };""");
        Kernel kernel = await fixture.BindAsync();

        FunctionResult left = await kernel.InvokeAsync("Bank", "Search", new() { ["text"] = "rent" });
        FunctionResult given = await kernel.InvokeAsync("Bank", "Search", new() { ["text"] = "rent", ["limit"] = 1000 });

        Assert.Equal("nothing", left.ToString());
        Assert.Equal(ReasonCodes.NoPermit, given.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal("rent:20:True", Assert.Single(fixture.Bank.Ran));
    }

    [Theory]
    [InlineData("""{"To":"ACME","Amount":1,"Amount":9000}""")]
    [InlineData("""{"To":"ACME","Amount":1,"\u0041mount":9000}""")]
    public async Task RepeatedNameInsideAnArgument_IsDenied(string payment)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Describe", new() { ["payment"] = JsonElement.Parse(payment) });

        Assert.Equal(ReasonCodes.UnrepresentableArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("9223372036854775808")] // 2^63
    [InlineData("18446744073709551617")] // 2^64 + 1: cut to 64 bits it would be 1
    [InlineData("1e400")]
    public async Task NumberBeyond64Bits_IsDeniedAndNeverCut(string amount)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult json = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = JsonElement.Parse(amount) });
        FunctionResult text = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = amount });

        Assert.Equal(ReasonCodes.UnrepresentableArgument, json.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.UnrepresentableArgument, text.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task NumberAsText_AsSomeConnectorsSendIt_IsDecidedAsTheNumberTheToolGets()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult small = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = "5" });
        FunctionResult large = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = "5000" });

        Assert.Equal("paid 5 to ACME", small.ToString());
        Assert.Equal(ReasonCodes.NoPermit, large.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
    }

    [Theory]
    [InlineData("5 000")]
    [InlineData("5,\"to\":\"EVE\"")]
    [InlineData("5}")]
    [InlineData("0x10")]
    [InlineData("true")]
    [InlineData("")]
    public async Task TextThatIsNotJustANumber_IsInvalid(string amount)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = amount });

        Assert.Equal(ReasonCodes.InvalidArguments, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task ObjectOfTheHostsOwnType_IsDecidedOnAndHandedOverByItsJson()
    {
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"Bank.Describe", resource) when { context.input.payment.Amount <= 100 };""");
        Kernel kernel = await fixture.BindAsync();

        FunctionResult small = await kernel.InvokeAsync("Bank", "Describe", new() { ["payment"] = new Payment("ACME", 5) });
        FunctionResult large = await kernel.InvokeAsync("Bank", "Describe", new() { ["payment"] = new Payment("EVE", 5000) });

        Assert.Equal(new Payment("ACME", 5), small.GetValue<Payment>());
        Assert.Equal(ReasonCodes.NoPermit, large.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
    }

    [Fact]
    public async Task HostOnlyArgument_IsTheHostsStreamAndHiddenFromTheModel()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        using MemoryStream content = new("hello"u8.ToArray());

        FunctionResult result = await kernel.InvokeAsync("Bank", "Upload", new() { ["name"] = "a.txt", ["content"] = content });

        Assert.Equal("stored", result.ToString());
        Assert.Equal("a.txt:hello", Assert.Single(fixture.Bank.Ran));
        Assert.DoesNotContain("content", Routes.Find(kernel, "Upload").JsonSchema.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Balance", "account")]
    [InlineData("Upload", "other")]
    public async Task HostObjectForAnArgumentThatIsNotHostOnly_IsDenied(string function, string argument)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        using MemoryStream content = new();

        FunctionResult result = await kernel.InvokeAsync("Bank", function, new() { [argument] = content });

        Assert.Equal(ReasonCodes.UnknownArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    public static TheoryData<object?> WhatAModelCanSend => ["text", 1, true, JsonElement.Parse("{}"), JsonElement.Parse("null"), System.Text.Json.Nodes.JsonNode.Parse("[]"), null];

    [Theory]
    [MemberData(nameof(WhatAModelCanSend))]
    public async Task ModelNamesAHostOnlyArgument_IsDenied(object? value)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Upload", new() { ["name"] = "a.txt", ["content"] = value });

        Assert.Equal(ReasonCodes.HostOnlyArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [MemberData(nameof(WhatAModelCanSend))]
    public async Task ModelNamesTheInvocation_IsDenied(object? value)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Report", new() { ["period"] = "May", ["invocation"] = value });

        Assert.Equal(ReasonCodes.UnknownArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task MappingThatThrows_DeniesTheCall()
    {
        bool ran = false;
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action, resource);""",
            add: b => b.AddTool(ToolDescriptor.For("Files.Read").Argument("path", ArgumentRole.Target)
                .Resource("File", static _ => throw new FormatException("password=hunter2"))));
        fixture.Kernel.Plugins.AddFromFunctions("Files", [KernelFunctionFactory.CreateFromMethod((string path) => ran = true, "Read")]);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Files", "Read", new() { ["path"] = "a" });

        Assert.Equal(ReasonCodes.ResourceMappingFailed, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.DoesNotContain("hunter2", result.ToString(), StringComparison.Ordinal);
        Assert.False(ran);
    }

    private sealed class CountingFilter(Action<Microsoft.SemanticKernel.FunctionInvocationContext> before) : IFunctionInvocationFilter
    {
        internal int Calls { get; private set; }

        public Task OnFunctionInvocationAsync(
            Microsoft.SemanticKernel.FunctionInvocationContext context, Func<Microsoft.SemanticKernel.FunctionInvocationContext, Task> next)
        {
            Calls++;
            before(context);
            return next(context);
        }
    }
}
