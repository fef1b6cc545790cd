using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// What listeners of traces and metrics throw at whoever emits: they are called in the middle of a call, of a revocation, of the audit's writing,
/// and nothing of that may change since somebody listens badly. It is logged, once a minute at most. Safe for use by many threads.
/// </summary>
internal sealed partial class ListenerFaults(TimeProvider time, ILogger<ListenerFaults> logger)
{
    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(1);

    private readonly ILogger<ListenerFaults> _logger = logger;
    private long _told; // 0 until the first

    internal void Note(Exception thrown)
    {
        long told = Interlocked.Read(ref _told);
        long now = Math.Max(1, time.GetTimestamp());
        if ((told == 0 || time.GetElapsedTime(told, now) >= s_between) && Interlocked.CompareExchange(ref _told, now, told) == told)
        {
            LogThrew(thrown);
        }
    }

    [LoggerMessage(EventId = 1040, Level = LogLevel.Error, Message = "A listener to the traces or metrics of IntentAuthz threw. Calls are decided and recorded all the same; what it listens to has gaps. Said once a minute at most.")]
    private partial void LogThrew(Exception exception);
}
