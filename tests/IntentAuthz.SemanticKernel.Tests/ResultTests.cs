using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>What comes back: the original where the guard let it through, what the guard made of it where not, and never something that runs later.</summary>
public sealed class ResultTests
{
    [Fact]
    public async Task ResultOfTheToolsOwnType_IsHandedOn()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Describe", new() { ["payment"] = new Payment("ACME", 5) });

        Assert.Equal(new Payment("ACME", 5), result.GetValue<Payment>());
        Assert.Equal("""{"to":"ACME","amount":5}""", result.GetGuardResult()!.ModelText, ignoreCase: true);
    }

    [Fact]
    public async Task ResultThatHoldsTheCredential_IsScrubbedAndItsOriginalDropped()
    {
        await using KernelFixture fixture = new(
            """
            @credential("bank:write")
            permit(principal is IntentAuthz::Agent, action == Action::"Bank.Report", resource);
            """,
            add: BankIssuer.Added());
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Report", new() { ["period"] = "May" });

        Assert.Equal("May", Assert.Single(fixture.Bank.Ran));
        Assert.StartsWith("used ", result.ToString(), StringComparison.Ordinal);
        Assert.NotEqual("used nothing", result.ToString());
        Assert.DoesNotContain(BankIssuer.Token, result.ToString(), StringComparison.Ordinal);
        Assert.Null(Assert.Single(fixture.Bank.Invocations).Credential); // the function's own kernel and arguments can outlive the call; the credential does not
    }

    [Fact]
    public async Task RedactedResult_IsWhatTheGuardMadeOfIt()
    {
        await using KernelFixture fixture = new(
            """
            @redact("result.to")
            permit(principal is IntentAuthz::Agent, action == Action::"Bank.Describe", resource);
            """);
        Kernel kernel = await fixture.BindAsync();
        fixture.Bank.During = static (_, _) => Task.CompletedTask;

        string hidden = (await kernel.InvokeAsync("Bank", "Describe", new() { ["payment"] = new Payment("ACME", 5) })).GetValue<object>()!.ToString()!;

        Assert.DoesNotContain("ACME", hidden, StringComparison.Ordinal);
        Assert.Contains("5", hidden, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamingFunction_IsReadToItsEndInsideTheGuardAndYieldedAsOne()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult whole = await kernel.InvokeAsync("Bank", "Statement", new() { ["account"] = "1" });
        List<string> texts = await kernel.InvokeStreamingAsync<string>("Bank", "Statement", new() { ["account"] = "2" }).ToListAsync();
        List<StreamingKernelContent> contents = await kernel.InvokeStreamingAsync("Bank", "Statement", new() { ["account"] = "3" }).ToListAsync();

        Assert.Equal("first second", whole.GetValue<string>());
        Assert.Equal(["first second"], texts);
        Assert.Equal("first second", string.Concat(contents));
        Assert.Equal(["1", "second", "2", "second", "3", "second"], fixture.Bank.Ran);
    }

    [Fact]
    public async Task SameArgumentsObjectStreamedThenNot_EachAnswersInItsOwnForm()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        KernelArguments arguments = new() { ["account"] = "1" };

        Assert.Equal("4711", string.Concat(await kernel.InvokeStreamingAsync<string>("Bank", "Balance", arguments).ToListAsync()));
        Assert.Equal("4711", (await kernel.InvokeAsync("Bank", "Balance", arguments)).GetValue<string>());
    }

    [Fact]
    public async Task StreamLongerThanAllowed_IsAFailure()
    {
        await using KernelFixture fixture = new(configure: static o => o.MaxStreamedItems = 1);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Statement", new() { ["account"] = "1" });

        Assert.Equal(ReasonCodes.ToolFailed, result.GetGuardResult()!.OutcomeCode);
        Assert.Contains("MaxStreamedItems", result.GetGuardResult()!.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("first", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LazySequence_IsRunInsideTheGuardAndNeverAgain()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Entries", new() { ["account"] = "1" });

        Assert.Equal("[1,2]", result.GetValue<object>()?.ToString());
        Assert.Equal(["1", "again"], fixture.Bank.Ran);
        Assert.IsNotType<IEnumerable<int>>(result.GetValue<object>(), exactMatch: false);
    }

    [Fact]
    public async Task ResultWithoutAJsonForm_IsAFailure()
    {
        using MemoryStream stream = new();
        await using KernelFixture fixture = new(
            "permit(principal is IntentAuthz::Agent, action, resource);", add: static b => b.AddTool(ToolDescriptor.For("Files.Open")));
        fixture.Kernel.Plugins.AddFromFunctions("Files", [KernelFunctionFactory.CreateFromMethod(() => new Func<int>(static () => 1), "Open")]);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Files", "Open");

        Assert.Equal(ReasonCodes.ToolFailed, result.GetGuardResult()!.OutcomeCode);
    }

    [Fact]
    public async Task MetadataOfTheOriginal_IsKept()
    {
        await using KernelFixture fixture = new(
            "permit(principal is IntentAuthz::Agent, action, resource);", add: static b => b.AddTool(ToolDescriptor.For("Files.Open")));
        fixture.Kernel.Plugins.AddFromFunctions("Files", [KernelFunctionFactory.CreateFromMethod(
            (KernelFunction self) => new FunctionResult(self, "text", metadata: new Dictionary<string, object?> { ["usage"] = 7 }), "Open")]);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Files", "Open");

        Assert.Equal(7, result.Metadata?["usage"]);
        Assert.True(result.GetGuardResult()?.IsCompleted);
    }

    [Fact]
    public async Task DenialForTheHost_TellsWhatTheModelMustNotRead()
    {
        await using KernelFixture fixture = new(
            """
            @id("no-large-sums")
            forbid(principal, action == Action::"Bank.Transfer", resource);
            permit(principal is IntentAuthz::Agent, action, resource);
            """);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Contains("no-large-sums", result.GetGuardResult()!.Decision.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("no-large-sums", result.ToString(), StringComparison.Ordinal);
        Assert.Contains("(forbidden)", result.ToString(), StringComparison.Ordinal);
    }
}
