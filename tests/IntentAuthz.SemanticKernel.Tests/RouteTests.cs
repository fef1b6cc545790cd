using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Whichever way a function is reached, the guard decides, and the tool gets what was decided and the guard's token.</summary>
public sealed class RouteTests
{
    public static TheoryData<string> All => [.. Routes.All.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public async Task PermittedCall_RunsWithTheDecidedArgumentsAndTheGuardsToken(string route)
    {
        await using KernelFixture fixture = new();
        using CancellationTokenSource callers = new();

        string answer = await Routes.All[route](await fixture.BindAsync(), "Transfer", Pay("ACME", 5), callers.Token);

        Assert.Equal("paid 5 to ACME", answer);
        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
        CancellationToken token = Assert.Single(fixture.Bank.Tokens);
        Assert.True(token.CanBeCanceled, "The tool must receive the guard's token, which a revocation cancels.");
        Assert.NotEqual(callers.Token, token);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task CallThatNoPolicyPermits_DoesNotRunAndTheModelReadsTheReasonCodeOnly(string route)
    {
        await using KernelFixture fixture = new();

        string answer = await Routes.All[route](await fixture.BindAsync(), "Transfer", Pay("EVE", 5000), CancellationToken.None);

        Assert.Empty(fixture.Bank.Ran);
        Assert.Contains("(no-permit)", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("amount", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("policy", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task EndedTask_RunsNothing(string route)
    {
        await using KernelFixture fixture = new();
        AgentTask task = await fixture.OpenAsync();
        Kernel kernel = fixture.Kernel.ForTask(task);
        await fixture.Guard.Tasks.CompleteAsync(task);

        string answer = await Routes.All[route](kernel, "Transfer", Pay("ACME", 5), CancellationToken.None);

        Assert.Empty(fixture.Bank.Ran);
        Assert.Contains("(task-ended)", answer, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task ToolThatThrows_IsAResultWithoutTheExceptionsText(string route)
    {
        await using KernelFixture fixture = new();

        string answer = await Routes.All[route](await fixture.BindAsync(), "Crash", new() { ["account"] = "1" }, CancellationToken.None);

        Assert.Equal("1", Assert.Single(fixture.Bank.Ran));
        Assert.Contains("(tool-failed)", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kernel.InvokeAsync(function)")]
    [InlineData("kernel.InvokeAsync(plugin, name)")]
    [InlineData("function.InvokeAsync(kernel)")]
    [InlineData("FunctionCallContent.InvokeAsync")]
    [InlineData("streaming as text")]
    [InlineData("streaming as content")]
    [InlineData("the kernel's own loop")]
    [InlineData("the kernel's own loop, streaming")]
    [InlineData("a connector's own loop, through the kernel")]
    [InlineData("AsAIFunction(kernel)")]
    [InlineData("a prompt template")]
    public async Task KernelThatIsBoundToNoTask_RunsNothing(string route)
    {
        await using KernelFixture fixture = new();

        string answer = await Routes.All[route](fixture.Kernel, "Transfer", Pay("ACME", 5), CancellationToken.None);

        Assert.Empty(fixture.Bank.Ran);
        Assert.Contains("(missing-task)", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AIFunctionImportedIntoAPlugin_IsGuardedUnderItsPluginsName()
    {
        List<string> ran = [];
        await using KernelFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"Mcp.read-file", resource) when { context.input.path like "/docs/*" };""",
            add: b => b.AddTool(ToolDescriptor.For("Mcp.read-file")
                .InputSchema("""{"properties":{"path":{"type":"string"}},"required":["path"]}""").Argument("path", ArgumentRole.Target).Idempotent()));
        Microsoft.Extensions.AI.AIFunction imported = Microsoft.Extensions.AI.AIFunctionFactory.Create(
            (string path) =>
            {
                ran.Add(path);
                return "text";
            },
            "read-file");
        fixture.Kernel.Plugins.AddFromFunctions("Mcp", [imported.AsKernelFunction()]);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult permitted = await kernel.InvokeAsync("Mcp", "read_file", new() { ["path"] = "/docs/a" });
        FunctionResult denied = await kernel.InvokeAsync("Mcp", "read_file", new() { ["path"] = "/etc/shadow" });

        Assert.Equal("text", permitted.ToString());
        Assert.Contains("(no-permit)", denied.ToString(), StringComparison.Ordinal);
        Assert.Equal("/docs/a", Assert.Single(ran));
    }

    internal static Dictionary<string, object?> Pay(string to, long amount) => new() { ["to"] = to, ["amount"] = amount };
}
