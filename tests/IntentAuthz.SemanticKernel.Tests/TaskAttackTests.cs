using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Ways to act for another task, or for none. Each was tried; none may work.</summary>
public sealed class TaskAttackTests
{
    [Fact]
    public async Task ForTask_OnAKernelOfAnotherTask_IsRefused()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        AgentTask other = await fixture.OpenAsync();

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => kernel.ForTask(other));

        Assert.Contains(ReasonCodes.ConflictingTasks, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForTask_OnAKernelOfTheSameTask_StaysBoundToIt()
    {
        await using KernelFixture fixture = new();
        AgentTask task = await fixture.OpenAsync();
        Kernel kernel = fixture.Kernel.ForTask(task).ForTask(task);

        FunctionResult result = await kernel.InvokeAsync("Bank", "Balance", new() { ["account"] = "1" });

        Assert.Equal("4711", result.ToString());
    }

    [Fact]
    public async Task FunctionOfOneTask_CalledWithinAKernelOfAnother_IsDenied()
    {
        await using KernelFixture fixture = new();
        AgentTask first = await fixture.OpenAsync();
        Kernel one = fixture.Kernel.ForTask(first);
        Kernel two = await fixture.BindAsync();
        KernelFunction function = Routes.Find(one, "Transfer");
        KernelArguments arguments = new(RouteTests.Pay("ACME", 5));

        FunctionResult direct = await two.InvokeAsync(function, arguments);
        object? asTool = await ((AIFunction)function.WithKernel(two)).InvokeAsync(new AIFunctionArguments(arguments));
        object? withArgument = await ((AIFunction)function).InvokeAsync(
            new AIFunctionArguments(arguments) { ["AIFunctionArguments_Kernel"] = two });

        Assert.Equal(ReasonCodes.ConflictingTasks, direct.GetGuardResult()?.Decision.ReasonCode);
        Assert.Contains("(conflicting-tasks)", asTool?.ToString(), StringComparison.Ordinal);
        Assert.Contains("(conflicting-tasks)", withArgument?.ToString(), StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
        AuditRecord[] denials = [.. (await fixture.RecordsAsync()).Where(static r => r.ReasonCode == ReasonCodes.ConflictingTasks)];
        Assert.Equal(3, denials.Length);
        Assert.All(denials, r => Assert.Equal(first.Id, r.Task));
    }

    [Fact]
    public async Task FunctionOfOneTask_MovedIntoTheKernelOfAnother_IsDenied()
    {
        await using KernelFixture fixture = new();
        Kernel one = await fixture.BindAsync();
        Kernel two = await fixture.BindAsync();
        two.Plugins.AddFromFunctions("Moved", [Routes.Find(one, "Transfer")]);

        FunctionResult result = await two.InvokeAsync("Moved", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal(ReasonCodes.ConflictingTasks, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task TaskInTheKernelsData_HasNoEffect()
    {
        await using KernelFixture fixture = new();
        AgentTask ended = await fixture.OpenAsync();
        AgentTask active = await fixture.OpenAsync();
        Kernel kernel = fixture.Kernel.ForTask(ended);
        await fixture.Guard.Tasks.CompleteAsync(ended);
        kernel.Data["task"] = active;
        kernel.Data["IntentAuthz.Task"] = active;

        FunctionResult result = await kernel.InvokeAsync("Bank", "Balance", new() { ["account"] = "1" });

        Assert.Equal(ReasonCodes.TaskEnded, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("task")]
    [InlineData("IntentAuthz.Task")]
    [InlineData("AIFunctionArguments_Kernel")]
    public async Task TaskInTheArguments_IsAnUnknownArgument(string name)
    {
        await using KernelFixture fixture = new();
        AgentTask active = await fixture.OpenAsync();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("Bank", "Balance", new() { ["account"] = "1", [name] = active });

        Assert.Equal(ReasonCodes.UnknownArgument, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task KernelOfATaskInTheArguments_DoesNotBindAKernelWithoutOne()
    {
        await using KernelFixture fixture = new();
        Kernel bound = await fixture.BindAsync();

        FunctionResult result = await fixture.Kernel.InvokeAsync("Bank", "Balance", new() { ["account"] = "1", ["AIFunctionArguments_Kernel"] = bound });

        Assert.Equal(ReasonCodes.MissingTask, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task CloneOfABoundKernel_StaysBound()
    {
        await using KernelFixture fixture = new();
        Kernel clone = (await fixture.BindAsync()).Clone();
        clone.Plugins.AddFromFunctions("Late", [Unwrapped(out List<string> ran)]);

        FunctionResult late = await clone.InvokeAsync("Late", "Run");
        FunctionResult guarded = await clone.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("EVE", 5000)));

        Assert.Equal(ReasonCodes.UnguardedFunction, late.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.NoPermit, guarded.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(ran);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task FunctionAddedAfterwards_IsRefusedOnEveryRouteThatRunsFilters()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        KernelFunction late = Unwrapped(out List<string> ran);
        kernel.Plugins.AddFromFunctions("Late", [late]);
        KernelFunction added = kernel.Plugins.GetFunction("Late", "Run");

        string[] answers =
        [
            (await kernel.InvokeAsync(added)).ToString(),
            (await added.InvokeAsync(kernel)).ToString(),
            string.Concat(await kernel.InvokeStreamingAsync<string>(added).ToListAsync()),
            string.Concat(await kernel.InvokeStreamingAsync(added).ToListAsync()),
            (await added.AsAIFunction(kernel).InvokeAsync())?.ToString() ?? "",
            (await kernel.InvokeAsync(late)).ToString(),
            (await kernel.InvokeAsync(Microsoft.Extensions.AI.AIFunctionFactory.Create(() => ran.Add("ai"), "Imported").AsKernelFunction())).ToString(),
        ];

        Assert.All(answers, static a => Assert.Contains("(unguarded-function)", a, StringComparison.Ordinal));
        Assert.Empty(ran);
        Assert.Equal(answers.Length, (await fixture.RecordsAsync()).Count(static r => r.ReasonCode == ReasonCodes.UnguardedFunction));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FunctionAddedAfterwards_CalledByTheModel_IsRefused(bool terminate)
    {
        await using KernelFixture fixture = new(configure: o => o.TerminateOnDenial = terminate);
        Kernel kernel = await fixture.BindAsync();
        kernel.Plugins.AddFromFunctions("Late", [Unwrapped(out List<string> ran)]);
        using ScriptedChatClient model = new(("Late_Run", []));

        await Routes.KernelLoop(model).GetChatMessageContentsAsync(new("go"), Routes.Auto(), kernel);

        Assert.Empty(ran);
        Assert.Equal(terminate ? 1 : 2, model.Turns);
        Assert.All(model.Answers, static a => Assert.Contains("(unguarded-function)", a, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FunctionAddedAfterwards_IsNotAmongTheGuardedFunctions()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        kernel.Plugins.AddFromFunctions("Late", [Unwrapped(out _)]);

        Assert.DoesNotContain(kernel.GetGuardedFunctions(), static f => f.PluginName == "Late");
        Assert.Contains(kernel.GetGuardedFunctions(), static f => f.Name == "Balance");
    }

    [Fact]
    public async Task OriginalFunction_HandedToTheModel_IsReplacedByTheGuardedOne()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        using ScriptedChatClient model = new(("Bank_Transfer", RouteTests.Pay("EVE", 5000)));
        PromptExecutionSettings settings = new() { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto([fixture.Plugin["Transfer"]]) };

        await Routes.KernelLoop(model).GetChatMessageContentsAsync(new("go"), settings, kernel);

        Assert.Contains("(no-permit)", Assert.Single(model.Answers), StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Theory]
    [InlineData("bank", "Transfer")]
    [InlineData("Bank", "transfer")]
    [InlineData("Bank", "Transfer_")]
    [InlineData("Bank", "Trans-fer")]
    [InlineData("BankTransfer", "Bank")]
    public async Task ToolRenamedByCaseOrLookAlike_IsUnknown(string plugin, string name)
    {
        List<string> ran = [];
        await using KernelFixture fixture = new("permit(principal is IntentAuthz::Agent, action, resource);");
        fixture.Kernel.Plugins.Clear();
        fixture.Kernel.Plugins.AddFromFunctions(
            plugin, [Microsoft.Extensions.AI.AIFunctionFactory.Create((string to, long amount) => ran.Add(to), name).AsKernelFunction()]);
        Kernel kernel = await fixture.BindAsync();
        Assert.Empty(kernel.Plugins[plugin]); // and the model is not told of it

        FunctionResult result = await kernel.InvokeAsync(plugin, name.Replace('-', '_'), new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal(ReasonCodes.UnknownTool, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(ran);
    }

    [Theory]
    [InlineData("Trаnsfer")] // a Cyrillic a
    [InlineData("Ｔransfer")] // a full-width T
    [InlineData("Transfer\u200b")] // a zero-width space
    public void ToolWithALookAlikeOfAnotherScript_GetsNoFurtherThanSemanticKernel(string name) =>
        Assert.Throws<ArgumentException>(() => Microsoft.Extensions.AI.AIFunctionFactory.Create(static () => 1, name).AsKernelFunction());

    [Fact]
    public async Task ModelSpellsAToolInAnotherCase_TheToolItGetsIsTheOneThatIsDecidedOn()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync("BANK", "TRANSFER", new KernelArguments(RouteTests.Pay("EVE", 5000)));

        Assert.Equal(ReasonCodes.NoPermit, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task CallWithinATool_IsDecidedOnItsOwn()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        FunctionResult? inner = null;
        FunctionResult? deniedInner = null;
        fixture.Bank.During = async (own, token) =>
        {
            fixture.Bank.During = static (_, _) => Task.CompletedTask;
            inner = await own.InvokeAsync("Bank", "Balance", new() { ["account"] = "1" }, token);
            deniedInner = await own.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("EVE", 5000)), token);
        };

        // Without the kernel, as a plain tool: the tool gets a guarded kernel all the same.
        await ((AIFunction)Routes.Find(kernel, "Transfer")).InvokeAsync(new AIFunctionArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal("4711", inner?.ToString());
        Assert.Equal(ReasonCodes.NoPermit, deniedInner?.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(["ACME:5", "1"], fixture.Bank.Ran);
    }

    [Fact]
    public async Task CallLeftBehindByATool_NamesAParentThatIsOverAndIsDenied()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<FunctionResult>? left = null;
        fixture.Bank.During = (own, _) =>
        {
            left = Task.Run(async () =>
            {
                await ended.Task;
                return await own.InvokeAsync("Bank", "Balance", new() { ["account"] = "1" });
            });
            return Task.CompletedTask;
        };
        await kernel.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));
        ended.SetResult();

        FunctionResult result = await left!;

        Assert.Equal(ReasonCodes.ParentNotInFlight, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal("ACME:5", Assert.Single(fixture.Bank.Ran));
    }

    [Fact]
    public async Task CallOfAnUnrelatedTaskWithinATool_ActsForItsOwnTask()
    {
        await using KernelFixture fixture = new();
        Kernel one = await fixture.BindAsync();
        AgentTask other = await fixture.OpenAsync();
        Kernel two = fixture.Kernel.ForTask(other);
        FunctionResult? inner = null;
        fixture.Bank.During = async (_, token) => inner = await two.InvokeAsync("Bank", "Balance", new() { ["account"] = "1" }, token);

        await one.InvokeAsync("Bank", "Transfer", new KernelArguments(RouteTests.Pay("ACME", 5)));

        Assert.Equal("4711", inner?.ToString());
        Assert.Contains(await fixture.RecordsAsync(), r => r.Tool == "Bank.Balance" && r.Task == other.Id);
    }

    private static KernelFunction Unwrapped(out List<string> ran)
    {
        List<string> log = [];
        ran = log;
        return KernelFunctionFactory.CreateFromMethod(
            () =>
            {
                log.Add("ran");
                return "ran";
            },
            "Run");
    }
}
