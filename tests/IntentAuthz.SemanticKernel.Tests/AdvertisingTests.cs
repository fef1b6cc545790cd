using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>What the model is told of, and what becomes of calls it was not told of.</summary>
public sealed class AdvertisingTests
{
    private static readonly MandateGrant s_balance = MandateGrant.Of("Bank.Balance");

    [Fact]
    public async Task ToolsThatNoPermitCovers_AndFunctionsWithoutDescriptor_AreNotAdvertised()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        using ScriptedChatClient model = new(("Bank_Balance", new() { ["account"] = "1" }));

        await Routes.KernelLoop(model).GetChatMessageContentsAsync(new("go"), Routes.Auto(), kernel);

        Assert.Contains("Bank_Balance", model.Advertised);
        Assert.DoesNotContain("Bank_Close", model.Advertised);
        Assert.DoesNotContain("Bank_Undescribed", model.Advertised);
        Assert.Equal(model.Advertised.Order(), kernel.GetGuardedFunctions().Select(static f => ((AITool)f).Name).Order());
        Assert.Equal(model.Advertised.Count, kernel.Plugins["Bank"].FunctionCount);
    }

    [Fact]
    public async Task NarrowMandate_AdvertisesOnlyWhatItCovers()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = fixture.Kernel.ForTask(await fixture.OpenAsync(Mandate.Of(s_balance)));

        Assert.Equal("Balance", Assert.Single(kernel.GetGuardedFunctions()).Name);
    }

    [Fact]
    public async Task ToolThatIsRevoked_IsAdvertisedNoLonger()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        Assert.Contains(kernel.GetGuardedFunctions(), static f => f.Name == "Transfer");

        await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Tool(KernelFixture.Acme, "Bank.Transfer"), fixture.Clerk, "broken");

        Assert.DoesNotContain(kernel.GetGuardedFunctions(), static f => f.Name == "Transfer");
    }

    [Theory]
    [InlineData("Undescribed", ReasonCodes.UnknownTool)]
    [InlineData("Close", ReasonCodes.NoPermit)]
    public async Task FunctionThatIsNotAdvertised_CalledAnyway_IsDeniedAndRecorded(string function, string reason)
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        KernelArguments arguments = function == "Close" ? new() { ["account"] = "1" } : [];

        FunctionResult result = await kernel.InvokeAsync("Bank", function, arguments);

        Assert.Equal(reason, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
        Assert.Contains(await fixture.RecordsAsync(), r => r.Tool == $"Bank.{function}" && r.ReasonCode == reason);
    }

    [Fact]
    public async Task GuardedFunction_ShowsTheModelTheOriginalsNameDescriptionAndSchema()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        Assert.All(kernel.GetGuardedFunctions().Where(static f => f.Name is not ("Upload" or "Report")), guarded =>
        {
            KernelFunction original = fixture.Plugin[guarded.Name];
            Assert.Equal(((AITool)original).Name, ((AITool)guarded).Name);
            Assert.Equal(original.Description, guarded.Description);
            Assert.Equal(original.JsonSchema.GetRawText(), guarded.JsonSchema.GetRawText());
            Assert.Equal(original.Metadata.ReturnParameter.Schema?.ToString(), guarded.Metadata.ReturnParameter.Schema?.ToString());
        });
    }

    [Fact]
    public async Task InvocationParameter_IsHiddenFromTheModel()
    {
        await using KernelFixture fixture = new();
        KernelFunction guarded = Routes.Find(await fixture.BindAsync(), "Report");

        Assert.Equal("period", Assert.Single(guarded.Metadata.Parameters).Name);
        Assert.DoesNotContain("invocation", guarded.JsonSchema.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 2)]
    public async Task TerminateOnDenial_EndsTheLoop(bool terminate, bool kernelsLoop, int turns)
    {
        await using KernelFixture fixture = new(configure: o => o.TerminateOnDenial = terminate);
        Kernel kernel = await fixture.BindAsync();
        using ScriptedChatClient model = new(("Bank_Transfer", RouteTests.Pay("EVE", 5000)));

        await RunAsync(model, kernel, kernelsLoop);

        Assert.Equal(turns, model.Turns);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 2)]
    public async Task TerminateOnApprovalRequired_EndsTheLoop(bool terminate, bool kernelsLoop, int turns)
    {
        await using KernelFixture fixture = new(
            """
            @approval("clerk")
            permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource);
            """,
            o => o.TerminateOnApprovalRequired = terminate);
        Kernel kernel = await fixture.BindAsync();
        using ScriptedChatClient model = new(("Bank_Transfer", RouteTests.Pay("ACME", 5)));

        await RunAsync(model, kernel, kernelsLoop);

        Assert.Equal(turns, model.Turns);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task TerminateOnDenial_HoldsWhenAFilterReplacesTheResult()
    {
        await using KernelFixture fixture = new(configure: static o => o.TerminateOnDenial = true);
        Kernel kernel = await fixture.BindAsync();
        kernel.AutoFunctionInvocationFilters.Add(new ReplacingFilter());
        using ScriptedChatClient model = new(("Bank_Transfer", RouteTests.Pay("EVE", 5000)));

        await RunAsync(model, kernel, kernelsLoop: true);

        Assert.Equal(1, model.Turns);
    }

    [Fact]
    public async Task DenialWithinATool_DoesNotEndTheLoopAroundTheTool()
    {
        await using KernelFixture fixture = new(configure: static o => o.TerminateOnDenial = true);
        Kernel kernel = await fixture.BindAsync();
        fixture.Bank.During = static async (own, token) =>
            await own.InvokeAsync("Bank", "Close", new() { ["account"] = "1" }, token);
        using ScriptedChatClient model = new(("Bank_Transfer", RouteTests.Pay("ACME", 5)));

        await RunAsync(model, kernel, kernelsLoop: false);

        Assert.Equal(2, model.Turns);
        Assert.Equal("paid 5 to ACME", Assert.Single(model.Answers));
    }

    private static async Task RunAsync(ScriptedChatClient model, Kernel kernel, bool kernelsLoop)
    {
        if (kernelsLoop)
        {
            await Routes.KernelLoop(model).GetChatMessageContentsAsync(new("go"), Routes.Auto(), kernel);
        }
        else
        {
            using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();
            await client.GetResponseAsync("go", new ChatOptions { Tools = [.. kernel.GetGuardedFunctions()] });
        }
    }

    private sealed class ReplacingFilter : IAutoFunctionInvocationFilter
    {
        public async Task OnAutoFunctionInvocationAsync(AutoFunctionInvocationContext context, Func<AutoFunctionInvocationContext, Task> next)
        {
            await next(context);
            context.Result = new FunctionResult(context.Function, "all is well");
        }
    }
}
