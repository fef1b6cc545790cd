using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace IntentAuthz.SemanticKernel;

/// <summary>A text that was gathered and judged as a whole, as a stream of one item in each form that a caller can ask for.</summary>
internal sealed class BufferedText(string text, IReadOnlyDictionary<string, object?>? metadata)
    : IAsyncEnumerable<string>, IAsyncEnumerable<StreamingKernelContent>, IAsyncEnumerable<StreamingMethodContent>,
        IAsyncEnumerable<StreamingChatMessageContent>, IAsyncEnumerable<StreamingTextContent>
{
    IAsyncEnumerator<string> IAsyncEnumerable<string>.GetAsyncEnumerator(CancellationToken cancellationToken) => One(text);

    IAsyncEnumerator<StreamingKernelContent> IAsyncEnumerable<StreamingKernelContent>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        One<StreamingKernelContent>(new StreamingMethodContent(text, metadata));

    IAsyncEnumerator<StreamingMethodContent> IAsyncEnumerable<StreamingMethodContent>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        One(new StreamingMethodContent(text, metadata));

    IAsyncEnumerator<StreamingChatMessageContent> IAsyncEnumerable<StreamingChatMessageContent>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        One(new StreamingChatMessageContent(AuthorRole.Assistant, text, metadata: metadata));

    IAsyncEnumerator<StreamingTextContent> IAsyncEnumerable<StreamingTextContent>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        One(new StreamingTextContent(text, metadata: metadata));

    private static async IAsyncEnumerator<T> One<T>(T item)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return item;
    }
}
