using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Writes to one sink that counts and hands copies to others. A batch is written once the first has it; the others get it afterwards, each from a
/// queue and a loop of its own, so that one that is slow, fails or hangs holds up nothing and loses no more than its own copies, which is logged.
/// </summary>
internal sealed partial class CopyingAuditSink : IAuditSink, IAsyncDisposable
{
    private const int MaxBatches = 64; // of up to 4,096 records each

    private readonly IAuditSink _durable;
    private readonly Channel<ReadOnlyMemory<AuditRecord>>[] _copies;
    private readonly Task[] _loops;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeSpan _shutdownTimeout;
    private readonly ILogger _logger;

    internal CopyingAuditSink(IAuditSink durable, IEnumerable<AuditCopy> copies, TimeSpan shutdownTimeout, ILogger logger)
    {
        _durable = durable;
        _logger = logger;
        _shutdownTimeout = shutdownTimeout;
        IAuditSink[] sinks = [.. copies.Select(static c => c.Sink)];
        _copies = [.. sinks.Select(static _ => Channel.CreateBounded<ReadOnlyMemory<AuditRecord>>(new BoundedChannelOptions(MaxBatches) { SingleReader = true }))];
        _loops = [.. sinks.Select((sink, i) => Task.Run(() => CopyAsync(_copies[i].Reader, sink)))];
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        await _durable.WriteAsync(records, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<AuditRecord> kept = records.ToArray(); // what was given is valid for the time of the call
        foreach (Channel<ReadOnlyMemory<AuditRecord>> copy in _copies)
        {
            if (!copy.Writer.TryWrite(kept))
            {
                LogDropped(records.Length);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Channel<ReadOnlyMemory<AuditRecord>> copy in _copies)
        {
            copy.Writer.TryComplete();
        }

        _stopping.CancelAfter(_shutdownTimeout);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task CopyAsync(ChannelReader<ReadOnlyMemory<AuditRecord>> records, IAuditSink sink)
    {
        while (await records.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (records.TryRead(out ReadOnlyMemory<AuditRecord> batch))
            {
                try
                {
                    await sink.WriteAsync(batch, _stopping.Token).AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    LogFailed(e, batch.Length, sink.GetType().Name);
                }
            }
        }
    }

    [LoggerMessage(EventId = 205, Level = LogLevel.Error, Message = "{Count} audit records did not reach the copy {Sink}; the durable sink has them.")]
    private partial void LogFailed(Exception exception, int count, string sink);

    [LoggerMessage(EventId = 206, Level = LogLevel.Error, Message = "{Count} audit records were not copied to a sink that is too slow; the durable sink has them.")]
    private partial void LogDropped(int count);
}
