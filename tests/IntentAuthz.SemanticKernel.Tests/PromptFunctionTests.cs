using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Prompt functions are tools like any other, and what they call is a call of its own.</summary>
public sealed class PromptFunctionTests
{
    private const string Policies = """
        permit(principal is IntentAuthz::Agent, action == Action::"Ask", resource) when { context.input.question like "*?" };
        permit(principal is IntentAuthz::Agent, action == Action::"Bank.Balance", resource);
        """;

    private static KernelFunction Ask => KernelFunctionFactory.CreateFromPrompt(
        new PromptTemplateConfig("Answer {{$question}}, knowing {{Bank.Balance account=$account}}.")
        {
            Name = "Ask",
            InputVariables = [new() { Name = "question" }, new() { Name = "account" }],
        });

    [Fact]
    public async Task DescribedPromptFunction_Runs_AndTheFunctionInItsTemplateIsDecidedOnItsOwn()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(model);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync(kernel.GuardFunction(Ask), new() { ["question"] = "how much?", ["account"] = "7" });

        Assert.Equal("Answer how much?, knowing 4711.", result.GetValue<string>());
        Assert.IsType<ChatMessageContent>(result.GetValue<object>(), exactMatch: false);
        Assert.Equal("7", Assert.Single(fixture.Bank.Ran));
        Assert.Equal(["Ask", "Bank.Balance"], (await fixture.RecordsAsync()).Where(static r => r is { Tool: not null, Kind: AuditKind.Decision }).Select(static r => r.Tool));
    }

    [Fact]
    public async Task PromptFunction_Streams()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(model);
        Kernel kernel = await fixture.BindAsync();
        KernelFunction ask = kernel.GuardFunction(Ask);
        KernelArguments arguments = new() { ["question"] = "how much?", ["account"] = "7" };

        string text = string.Concat(await kernel.InvokeStreamingAsync<string>(ask, arguments).ToListAsync());
        string content = string.Concat(await kernel.InvokeStreamingAsync(ask, arguments).ToListAsync());
        string chat = string.Concat(await kernel.InvokeStreamingAsync<StreamingChatMessageContent>(ask, arguments).ToListAsync());

        Assert.All([text, content, chat], static t => Assert.Equal("Answer how much?, knowing 4711.", t));
    }

    [Fact]
    public async Task PromptFunctionThatPolicyDenies_AsksNoModel()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(model);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync(kernel.GuardFunction(Ask), new() { ["question"] = "drop it", ["account"] = "7" });

        Assert.Equal(ReasonCodes.NoPermit, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(0, model.Turns);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task FunctionInATemplateThatPolicyDenies_LeavesTheReasonCodeInThePrompt()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(model, """permit(principal is IntentAuthz::Agent, action == Action::"Ask", resource);""");
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokeAsync(kernel.GuardFunction(Ask), new() { ["question"] = "how much?", ["account"] = "7" });

        Assert.Contains("(no-permit)", result.ToString(), StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task ArgumentThatATemplatePassesOnInAnotherSpelling_IsStillRefused()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(
            model,
            "permit(principal is IntentAuthz::Agent, action, resource);",
            ToolDescriptor.For("Sly").Argument("Account", ArgumentRole.Target));
        Kernel kernel = await fixture.BindAsync();
        KernelFunction sly = KernelFunctionFactory.CreateFromPrompt(
            new PromptTemplateConfig("{{Bank.Balance}}") { Name = "Sly", InputVariables = [new() { Name = "Account" }] });

        FunctionResult result = await kernel.InvokeAsync(kernel.GuardFunction(sly), new() { ["Account"] = "7" });

        Assert.Contains("(unknown-argument)", result.ToString(), StringComparison.Ordinal);
        Assert.Empty(fixture.Bank.Ran);
    }

    [Fact]
    public async Task PromptThatIsNotGuarded_IsRefused()
    {
        using EchoChatClient model = new();
        await using KernelFixture fixture = Fixture(model);
        Kernel kernel = await fixture.BindAsync();

        FunctionResult result = await kernel.InvokePromptAsync("{{Bank.Balance account='7'}}");

        Assert.Equal(ReasonCodes.UnguardedFunction, result.GetGuardResult()?.Decision.ReasonCode);
        Assert.Equal(0, model.Turns);
        Assert.Empty(fixture.Bank.Ran);
    }

    private static KernelFixture Fixture(IChatClient model, string policies = Policies, ToolDescriptorBuilder? tool = null) => new(
        policies,
        add: b =>
        {
            b.AddTool(KernelToolDescriptor.For(Ask).Idempotent());
            if (tool is not null)
            {
                b.AddTool(tool);
            }
        },
        services: s => s.AddSingleton(model.AsChatCompletionService()));

    /// <summary>A model that repeats what it is asked.</summary>
    private sealed class EchoChatClient : IChatClient
    {
        internal int Turns { get; private set; }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Turns++;
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, messages.Last().Text)));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("Streams are gathered, so the model is asked for the whole answer.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
