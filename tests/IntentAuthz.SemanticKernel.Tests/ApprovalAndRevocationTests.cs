using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>What happens when authority comes late or is taken away early.</summary>
public sealed class ApprovalAndRevocationTests
{
    private const string AskFirst = """
        @approval("clerk")
        permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource);
        """;

    [Fact]
    public async Task CallThatNeedsAnApproval_TellsTheModelToWait_AndRunsOnceItIsGiven()
    {
        await using KernelFixture fixture = new(AskFirst);
        Kernel kernel = await fixture.BindAsync();
        KernelArguments arguments = new(RouteTests.Pay("ACME", 5));

        FunctionResult asked = await kernel.InvokeAsync("Bank", "Transfer", arguments);
        ApprovalId approval = asked.GetGuardResult()!.Decision.Approval!.Value;
        Assert.Empty(fixture.Bank.Ran);
        await fixture.Guard.Approvals.ApproveAsync(approval, fixture.Clerk);
        FunctionResult resumed = await kernel.InvokeAsync("Bank", "Transfer", arguments);

        Assert.Contains("(approval-required)", asked.ToString(), StringComparison.Ordinal);
        Assert.Equal("paid 5 to ACME", resumed.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ParallelCallsRacingOneApproval_ExactlyOneRuns(bool kernelsLoop)
    {
        await using KernelFixture fixture = new(AskFirst);
        Kernel kernel = await fixture.BindAsync();
        FunctionResult asked = await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));
        await fixture.Guard.Approvals.ApproveAsync(asked.GetGuardResult()!.Decision.Approval!.Value, fixture.Clerk);
        fixture.Bank.During = static (_, token) => Task.Delay(20, token);
        using ScriptedChatClient model = new(Enumerable.Range(0, 8).Select(static _ => ("Bank_Transfer", RouteTests.Pay("ACME", 5))));

        if (kernelsLoop)
        {
            using IChatClient client = model.AsBuilder().UseKernelFunctionInvocation().Build();
            client.GetService<FunctionInvokingChatClient>()!.AllowConcurrentInvocation = true;
            await client.AsChatCompletionService().GetChatMessageContentsAsync(new("go"), Routes.Auto(concurrent: true), kernel);
        }
        else
        {
            using IChatClient client = model.AsBuilder().UseFunctionInvocation(configure: static c => c.AllowConcurrentInvocation = true).Build();
            await client.GetResponseAsync("go", new ChatOptions { Tools = [.. kernel.GetGuardedFunctions()] });
        }

        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
        Assert.Single(model.Answers, static a => a == "paid 5 to ACME");
        Assert.Equal(7, model.Answers.Count(static a => a.Contains("(approval-required)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RevokedBetweenTheDecisionAndTheDispatch_TheToolDoesNotRun()
    {
        KernelFixture? later = null;
        await using KernelFixture fixture = new(
            """
            @credential("bank:write")
            permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource);
            """,
            add: BankIssuer.Added(async request => await later!.Guard.Revocations.RevokeAsync(
                RevocationTarget.Task(request.Task.Tenant, request.Task.Id), later.Clerk, "changed my mind")));
        later = fixture;
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.False(result.GetGuardResult()!.IsCompleted);
        Assert.Contains("revoked", result.GetGuardResult()!.OutcomeCode, StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("kernel.InvokeAsync(function)")]
    [InlineData("the kernel's own loop")]
    [InlineData("streaming as text")]
    [InlineData("AIFunction")]
    [InlineData("UseFunctionInvocation")]
    [InlineData("ChatClientAgent")]
    [InlineData("a prompt template")]
    public async Task RevokedWhileTheToolRuns_TheToolSeesACancelledTokenAndItsResultIsNotShown(string route)
    {
        await using KernelFixture fixture = new();
        AgentTask task = await fixture.OpenAsync();
        Kernel kernel = fixture.Kernel.ForTask(task);
        bool seen = false;
        fixture.Bank.During = async (_, token) =>
        {
            await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), fixture.Clerk, "stop", CancellationToken.None);
            seen = token.IsCancellationRequested;
        };

        string answer = await Routes.All[route](kernel, "Transfer", RouteTests.Pay("ACME", 5), CancellationToken.None);

        Assert.True(seen, "Once RevokeAsync has returned, the token that the tool was given is cancelled.");
        Assert.Contains("(cancelled-by-revocation)", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("paid", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallerCancels_TheToolIsCancelledAndTheCallerGetsHisException()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        using CancellationTokenSource callers = new();
        fixture.Bank.During = async (_, token) =>
        {
            await callers.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)), callers.Token));
    }

    [Fact]
    public async Task ManyCallsOfTwoTasksAtOnce_EachActsForItsOwnTask()
    {
        await using KernelFixture fixture = new();
        AgentTask ended = await fixture.OpenAsync();
        Kernel dead = fixture.Kernel.ForTask(ended);
        Kernel alive = await fixture.BindAsync();
        await fixture.Guard.Tasks.CompleteAsync(ended);

        FunctionResult[] results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(
            () => (i % 2 == 0 ? alive : dead).InvokeAsync("Bank", "Balance", new() { ["account"] = $"{i}" }))));

        Assert.Equal(100, fixture.Bank.Ran.Count);
        Assert.All(fixture.Bank.Ran, static account => Assert.Equal(0, int.Parse(account, null) % 2));
        Assert.Equal(100, results.Count(static r => r.GetGuardResult()!.Decision.ReasonCode == ReasonCodes.TaskEnded));
    }
}
