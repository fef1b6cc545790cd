namespace IntentAuthz.SemanticKernel;

/// <summary>Reads asynchronous streams to their end.</summary>
internal static class StreamReader
{
    /// <summary>The items, or null when the value is no stream.</summary>
    /// <exception cref="InvalidOperationException">The stream has more items than allowed.</exception>
    internal static async ValueTask<List<object?>?> TryReadAsync(object? value, int maxItems, CancellationToken cancellationToken) => value switch
    {
        // Streams of reference types are all streams of objects. Those of value types are not and have to be named; one that is not
        // named here cannot be serialised either, so that the call fails instead of handing it on.
        IAsyncEnumerable<object?> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<int> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<long> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<double> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<decimal> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<bool> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<Guid> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<DateTimeOffset> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),
        IAsyncEnumerable<System.Text.Json.JsonElement> stream => await ReadAsync(stream, maxItems, cancellationToken).ConfigureAwait(false),

        // Semantic Kernel hands over the enumerator of a stream that is not its own enumerator.
        IAsyncEnumerator<object?> opened => await DrainAsync(opened, maxItems).ConfigureAwait(false),
        _ => null,
    };

    private static ValueTask<List<object?>> ReadAsync<T>(IAsyncEnumerable<T> stream, int maxItems, CancellationToken cancellationToken) =>
        DrainAsync(stream.GetAsyncEnumerator(cancellationToken), maxItems);

    private static async ValueTask<List<object?>> DrainAsync<T>(IAsyncEnumerator<T> items, int maxItems)
    {
        List<object?> read = [];
        await using (items.ConfigureAwait(false))
        {
            while (await items.MoveNextAsync().ConfigureAwait(false))
            {
                if (read.Count == maxItems)
                {
                    throw new InvalidOperationException(
                        $"The function streamed more than {maxItems} items; raise KernelGuardOptions.MaxStreamedItems or return less.");
                }

                read.Add(items.Current);
            }
        }

        return read;
    }
}
