using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Every way in which Semantic Kernel 1.82 and its neighbours reach a kernel function; each answers with what the caller gets to read.</summary>
internal static class Routes
{
    internal delegate Task<string> Route(Kernel kernel, string function, Dictionary<string, object?> arguments, CancellationToken cancellationToken);

    internal static IReadOnlyDictionary<string, Route> All { get; } = new Dictionary<string, Route>
    {
        ["kernel.InvokeAsync(function)"] = async (kernel, function, arguments, token) =>
            (await kernel.InvokeAsync(Find(kernel, function), new KernelArguments(arguments), token)).ToString(),
        ["kernel.InvokeAsync(plugin, name)"] = async (kernel, function, arguments, token) =>
            (await kernel.InvokeAsync("Bank", function, new KernelArguments(arguments), token)).ToString(),
        ["function.InvokeAsync(kernel)"] = async (kernel, function, arguments, token) =>
            (await Find(kernel, function).InvokeAsync(kernel, new KernelArguments(arguments), token)).ToString(),
        ["function.InvokeAsync(another kernel)"] = async (kernel, function, arguments, token) =>
            (await Find(kernel, function).InvokeAsync(new Kernel(), new KernelArguments(arguments), token)).ToString(),
        ["FunctionCallContent.InvokeAsync"] = async (kernel, function, arguments, token) =>
            (await new Microsoft.SemanticKernel.FunctionCallContent(function, "Bank", "1", new KernelArguments(arguments)).InvokeAsync(kernel, token)).Result?.ToString() ?? "",
        ["streaming as text"] = async (kernel, function, arguments, token) =>
            string.Concat(await kernel.InvokeStreamingAsync<string>(Find(kernel, function), new KernelArguments(arguments), token).ToListAsync(token)),
        ["streaming as content"] = async (kernel, function, arguments, token) =>
            string.Concat(await Find(kernel, function).InvokeStreamingAsync(kernel, new KernelArguments(arguments), token).ToListAsync(token)),
        ["the kernel's own loop"] = (kernel, function, arguments, token) => KernelLoopAsync(kernel, function, arguments, streaming: false, token),
        ["the kernel's own loop, streaming"] = (kernel, function, arguments, token) => KernelLoopAsync(kernel, function, arguments, streaming: true, token),
        ["a connector's own loop, through the kernel"] = (kernel, function, arguments, token) =>
            new HandWrittenChatService(function, arguments, throughKernel: true).RunAsync(kernel, token),
        ["a connector's own loop, around the kernel"] = (kernel, function, arguments, token) =>
            new HandWrittenChatService(function, arguments, throughKernel: false).RunAsync(kernel, token),
        ["AIFunction"] = async (kernel, function, arguments, token) =>
            (await ((AIFunction)Find(kernel, function)).InvokeAsync(new AIFunctionArguments(arguments), token))?.ToString() ?? "",
        ["AIFunction with the kernel"] = async (kernel, function, arguments, token) =>
            (await ((AIFunction)Find(kernel, function).WithKernel(kernel)).InvokeAsync(new AIFunctionArguments(arguments), token))?.ToString() ?? "",
        ["AIFunction with the kernel's services"] = async (kernel, function, arguments, token) =>
            (await ((AIFunction)Find(kernel, function)).InvokeAsync(new AIFunctionArguments(arguments) { Services = kernel.Services }, token))?.ToString() ?? "",
        ["AsAIFunction(kernel)"] = async (kernel, function, arguments, token) =>
            (await Find(kernel, function).AsAIFunction(kernel).InvokeAsync(new AIFunctionArguments(arguments), token))?.ToString() ?? "",
        ["AsAIFunction()"] = async (kernel, function, arguments, token) =>
            (await Find(kernel, function).AsAIFunction().InvokeAsync(new AIFunctionArguments(arguments), token))?.ToString() ?? "",
        ["UseFunctionInvocation"] = async (kernel, function, arguments, token) =>
        {
            using ScriptedChatClient model = new((function, arguments));
            using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();
            await client.GetResponseAsync("go", new ChatOptions { Tools = [.. kernel.GetGuardedFunctions()] }, token);
            return string.Concat(model.Answers);
        },
        ["UseFunctionInvocation, streaming"] = async (kernel, function, arguments, token) =>
        {
            using ScriptedChatClient model = new((function, arguments));
            using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();
            await client.GetStreamingResponseAsync("go", new ChatOptions { Tools = [.. kernel.GetGuardedFunctions()] }, token).ToListAsync(token);
            return string.Concat(model.Answers);
        },
        ["ChatClientAgent"] = async (kernel, function, arguments, token) =>
        {
            using ScriptedChatClient model = new((function, arguments));
            ChatClientAgent agent = new(model, tools: [.. kernel.GetGuardedFunctions()]);
            await agent.RunAsync("go", cancellationToken: token);
            return string.Concat(model.Answers);
        },
        ["a prompt template"] = async (kernel, function, arguments, token) =>
        {
            string named = string.Join(' ', arguments.Select(static a => $"{a.Key}=${a.Key}"));
            IPromptTemplate template = new KernelPromptTemplateFactory { AllowDangerouslySetContent = true }.Create(
                new PromptTemplateConfig($"{{{{Bank.{function} {named}}}}}"));
            return await template.RenderAsync(kernel, new KernelArguments(arguments), token);
        },
    };

    internal static KernelFunction Find(Kernel kernel, string function) => kernel.Plugins.GetFunction("Bank", function);

    internal static IChatCompletionService KernelLoop(IChatClient model) =>
        model.AsBuilder().UseKernelFunctionInvocation().Build().AsChatCompletionService();

    internal static PromptExecutionSettings Auto(bool concurrent = false) => new()
    {
        FunctionChoiceBehavior = FunctionChoiceBehavior.Auto(options: new() { AllowConcurrentInvocation = concurrent, AllowParallelCalls = concurrent ? true : null }),
    };

    private static async Task<string> KernelLoopAsync(
        Kernel kernel, string function, Dictionary<string, object?> arguments, bool streaming, CancellationToken token)
    {
        using ScriptedChatClient model = new((function, arguments));
        IChatCompletionService chat = KernelLoop(model);
        ChatHistory history = new("go");
        if (streaming)
        {
            await chat.GetStreamingChatMessageContentsAsync(history, Auto(), kernel, token).ToListAsync(token);
        }
        else
        {
            await chat.GetChatMessageContentAsync(history, Auto(), kernel, token);
        }

        return string.Concat(model.Answers);
    }
}
