using System.Runtime.CompilerServices;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Extensions.AI.Tests;

/// <summary>A model that answers what the test says, in pieces, and keeps what it was asked. A model is outside of the project, so it is played.</summary>
internal sealed class ScriptedChatClient(params string[] pieces) : IChatClient
{
    internal IReadOnlyList<ChatMessage> Asked { get; private set; } = [];

    internal ChatOptions? Options { get; private set; }

    internal int PiecesGiven { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (Asked, Options) = ([.. messages], options);
        foreach (string piece in pieces)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            PiecesGiven++;
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
