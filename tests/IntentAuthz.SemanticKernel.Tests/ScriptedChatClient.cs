using System.Runtime.CompilerServices;

using Microsoft.Extensions.AI;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>A model that makes the calls it is told to, all in one turn, and then says what it was answered.</summary>
internal sealed class ScriptedChatClient(params IEnumerable<(string Function, Dictionary<string, object?> Arguments)> calls) : IChatClient
{
    private readonly (string Function, Dictionary<string, object?> Arguments)[] _calls = [.. calls];

    /// <summary>The tools it was told of, by name.</summary>
    internal List<string> Advertised { get; } = [];

    /// <summary>The schemas of those tools.</summary>
    internal Dictionary<string, string> Schemas { get; } = [];

    /// <summary>What its calls were answered, in the order of the calls.</summary>
    internal List<string> Answers { get; } = [];

    internal int Turns { get; private set; }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Turns++;
        FunctionResultContent[] results = [.. messages.SelectMany(static m => m.Contents).OfType<FunctionResultContent>()];
        if (results.Length > 0)
        {
            Answers.AddRange(results.Select(static r => r.Result?.ToString() ?? ""));
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Join(" | ", Answers))));
        }

        AIFunctionDeclaration[] tools = [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>()];
        Advertised.AddRange(tools.Select(static t => t.Name));
        foreach (AIFunctionDeclaration tool in tools)
        {
            Schemas[tool.Name] = tool.JsonSchema.GetRawText();
        }

        AIContent[] contents = [.. _calls.Select((c, i) => new FunctionCallContent(
            $"call-{i}", tools.FirstOrDefault(t => t.Name.EndsWith(c.Function, StringComparison.Ordinal))?.Name ?? c.Function, c.Arguments))];
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
