using System.Runtime.CompilerServices;

using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>A connector of another vendor that runs its own loop: it takes the functions that are offered and calls one, with or without the kernel.</summary>
internal sealed class HandWrittenChatService(string function, Dictionary<string, object?> arguments, bool throughKernel) : IChatCompletionService
{
    public IReadOnlyDictionary<string, object?> Attributes { get; } = new Dictionary<string, object?>();

    internal async Task<string> RunAsync(Kernel kernel, CancellationToken cancellationToken) =>
        (await GetChatMessageContentsAsync(new ChatHistory("go"), Routes.Auto(), kernel, cancellationToken))[0].Content ?? "";

    public async Task<IReadOnlyList<ChatMessageContent>> GetChatMessageContentsAsync(
        ChatHistory chatHistory, PromptExecutionSettings? executionSettings = null, Kernel? kernel = null, CancellationToken cancellationToken = default)
    {
        FunctionChoiceBehaviorConfiguration offered = executionSettings!.FunctionChoiceBehavior!.GetConfiguration(new FunctionChoiceBehaviorConfigurationContext(chatHistory) { Kernel = kernel });
        KernelFunction chosen = offered.Functions!.Single(f => f.Name == function);
        object? answer = throughKernel
            ? (await kernel!.InvokeAsync(chosen, new KernelArguments(arguments), cancellationToken)).GetValue<object>()
            : await ((AIFunction)chosen).InvokeAsync(new AIFunctionArguments(arguments), cancellationToken);
        return [new ChatMessageContent(AuthorRole.Assistant, answer?.ToString())];
    }

    public async IAsyncEnumerable<StreamingChatMessageContent> GetStreamingChatMessageContentsAsync(
        ChatHistory chatHistory, PromptExecutionSettings? executionSettings = null, Kernel? kernel = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatMessageContent message in await GetChatMessageContentsAsync(chatHistory, executionSettings, kernel, cancellationToken))
        {
            yield return new StreamingChatMessageContent(message.Role, message.Content);
        }
    }
}
