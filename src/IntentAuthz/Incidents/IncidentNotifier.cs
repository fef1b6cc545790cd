using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Carries notices to the sinks, each by a loop and a bounded queue of its own, so that one that hangs holds up nobody. A full queue drops what is
/// new, and that is counted and logged: the incident itself is kept.
/// </summary>
internal sealed partial class IncidentNotifier : IAsyncDisposable
{
    private const int Room = 1_000; // a sink
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(2); // real time, whatever clock the host has: a host that ends does not wait for one that stands still

    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger<IncidentNotifier> _logger;
    private readonly List<(Channel<IncidentNotice> Queue, Task Loop)> _sinks = [];
    private long _dropped;

    internal IncidentNotifier(IEnumerable<IIncidentSink> sinks, IncidentBook book, ILogger<IncidentNotifier> logger)
    {
        _logger = logger;
        foreach (IIncidentSink sink in sinks)
        {
            Channel<IncidentNotice> queue = Channel.CreateBounded<IncidentNotice>(new BoundedChannelOptions(Room) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
            _sinks.Add((queue, Task.Run(() => TellAsync(sink, queue.Reader))));
        }

        book.Added += OnAdded;
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((Channel<IncidentNotice> queue, _) in _sinks)
        {
            queue.Writer.TryComplete();
        }

        Task all = Task.WhenAll(_sinks.Select(static s => s.Loop));
        try
        {
            await all.WaitAsync(s_shutdown).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await all.WaitAsync(s_shutdown).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a sink that ignores its token is left behind
        }

        _stopping.Dispose();
    }

    private void OnAdded(Incident? before, Incident now, IncidentEntry entry, bool isOthers)
    {
        // What another host did, it tells itself; what no host did is told by each, under one id.
        if ((isOthers && !entry.Origin.StartsWith(IncidentEntry.OutsideOrigin, StringComparison.Ordinal)) || !IsTold(before, now, entry))
        {
            return;
        }

        IncidentNotice notice = new(now, entry);
        foreach ((Channel<IncidentNotice> queue, _) in _sinks)
        {
            if (!queue.Writer.TryWrite(notice) && Interlocked.Increment(ref _dropped) is var dropped && (dropped & (dropped - 1)) == 0)
            {
                LogDropped(now.Id, dropped); // the 1st, 2nd, 4th, 8th …
            }
        }
    }

    /// <summary>A signal that joins an open incident wakes nobody again, unless it is worse than all before or the incident was thought to be over.</summary>
    private static bool IsTold(Incident? before, Incident now, IncidentEntry entry) => entry.Kind switch
    {
        IncidentEntryKind.Signal => before is not null && (now.Severity > before.Severity || now.State != before.State),
        IncidentEntryKind.Evidence or IncidentEntryKind.Asked or IncidentEntryKind.Answered or IncidentEntryKind.Audited => false,
        _ => true,
    };

    private async Task TellAsync(IIncidentSink sink, ChannelReader<IncidentNotice> notices)
    {
        while (await notices.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (notices.TryRead(out IncidentNotice? notice))
            {
                try
                {
                    await sink.NotifyAsync(notice, _stopping.Token).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    LogFailed(e, sink.GetType().Name, notice.Incident.Id, notice.Entry.Kind);
                }

                if (_stopping.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    [LoggerMessage(EventId = 1031, Level = LogLevel.Error, Message = "The sink {Sink} did not take the notice {Step} of incident {Incident}; it is given up.")]
    private partial void LogFailed(Exception exception, string sink, IncidentId incident, IncidentEntryKind step);

    [LoggerMessage(EventId = 1032, Level = LogLevel.Critical, Message = "A notice of incident {Incident} was dropped, {Dropped} so far: a sink is too slow or does not answer. The incidents are kept; 'intentauthz incident list' shows them.")]
    private partial void LogDropped(IncidentId incident, long dropped);
}
