using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What happened in a task, in counters, marks and the latest events: what a sub-task does is charged to every task above it too. Counters and
/// marks only grow: when the log forgets an event, nothing that it stood for is forgotten. Safe for use by many threads.
/// </summary>
internal sealed partial class TaskHistory(TaskHistory? parent, TimeProvider time, int events = TaskHistory.DefaultEvents)
{
    internal const int DefaultEvents = 256;

    internal const int MaxNames = 256;
    private const int MaxUnresolved = 4096;

    private readonly Lock _resolving = new(); // protects _unresolved
    private readonly Dictionary<CallDigest, int> _unresolved = [];
    private bool _overflowed;
    private long _calls;
    private long _denials;
    private long _approvalsAsked;
    private long _errors;
    private long _lastCall; // monotonic; 0 for never
    private long _lastDenial;
    // A sub-task begins where the task above it stands: otherwise opening one would wash off what was read.
    private int _worstIntegrity = (int)(parent?.WorstLabel.Integrity ?? Integrity.Trusted);
    private int _worstConfidentiality = (int)(parent?.WorstLabel.Confidentiality ?? Confidentiality.Public);

    internal long Calls => Interlocked.Read(ref _calls);

    internal long Denials => Interlocked.Read(ref _denials);

    internal long Errors => Interlocked.Read(ref _errors);

    /// <summary>The latest events, its own and those of the tasks below it.</summary>
    internal EventLog Log { get; } = new(events);

    /// <summary>The services that were called.</summary>
    internal BoundedSet Services { get; } = new(MaxNames);

    /// <summary>The resources that were touched.</summary>
    internal BoundedSet Resources { get; } = new(MaxNames);

    /// <summary>The tools that were called.</summary>
    internal BoundedSet Tools { get; } = new(MaxNames);

    /// <summary>The action groups that were reached.</summary>
    internal BoundedSet Groups { get; } = new(MaxNames);

    /// <summary>How long ago a call started, null when none did.</summary>
    internal TimeSpan? SinceLastCall => Since(Interlocked.Read(ref _lastCall));

    /// <summary>How long ago a call was denied, null when none was.</summary>
    internal TimeSpan? SinceLastDenial => Since(Interlocked.Read(ref _lastDenial));

    internal long ApprovalsAsked => Interlocked.Read(ref _approvalsAsked);

    /// <summary>The combination of the labels of all results so far.</summary>
    internal Label WorstLabel =>
        new((Integrity)Volatile.Read(ref _worstIntegrity), (Confidentiality)Volatile.Read(ref _worstConfidentiality));

    /// <param name="now">The monotonic time.</param>
    internal void CountCall(long now)
    {
        now = Math.Max(1, now);
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._calls);
            Raise(ref h._lastCall, now);
        }
    }

    internal void CountDenial()
    {
        long now = Now();
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._denials);
            Raise(ref h._lastDenial, now);
        }
    }

    internal void CountError()
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._errors);
        }
    }

    /// <summary>Notes what a call reaches.</summary>
    internal void Reach(ToolDescriptor tool, ImmutableArray<string> resources)
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            h.Services.Add(tool.Service);
            h.Tools.Add(tool.Name);
            foreach (EntityUid group in tool.ActionGroups)
            {
                h.Groups.Add(group.Id);
            }

            foreach (string resource in resources)
            {
                h.Resources.Add(resource);
            }
        }
    }

    /// <summary>Adds an event to this task's log and to those above it.</summary>
    internal void Add(LoggedEvent happened)
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            h.Log.Add(ref happened); // numbered by the first
        }
    }

    internal void CountApprovalAsked()
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._approvalsAsked);
        }
    }

    internal void Reached(Label label)
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Lower(ref h._worstIntegrity, (int)label.Integrity);
            Lower(ref h._worstConfidentiality, (int)label.Confidentiality);
        }
    }

    /// <summary>Whether the same call runs now, or ran and nobody knows how it ended, or its result was withheld.</summary>
    internal bool IsUnresolved(CallDigest digest)
    {
        lock (_resolving)
        {
            return _overflowed || _unresolved.ContainsKey(digest);
        }
    }

    /// <summary>
    /// Notes that a call starts whose repetition matters. An approved repetition may start while one is open; <paramref name="allowRepeat"/>
    /// false makes this the atomic check that of two equal calls in parallel only one starts.
    /// </summary>
    internal bool TryStart(CallDigest digest, bool allowRepeat)
    {
        lock (_resolving)
        {
            if (_unresolved.TryGetValue(digest, out int open))
            {
                if (!allowRepeat)
                {
                    return false;
                }

                _unresolved[digest] = open + 1;
                return true;
            }

            if (_unresolved.Count >= MaxUnresolved)
            {
                // What cannot be remembered cannot be told from a repetition either: from here on every such call asks.
                _overflowed = true;
            }

            if (_overflowed)
            {
                return allowRepeat;
            }

            _unresolved.Add(digest, 1);
            return true;
        }
    }

    /// <summary>Notes that one such call ended in a known way. Another whose end is unknown stays unknown.</summary>
    internal void Resolve(CallDigest digest)
    {
        lock (_resolving)
        {
            if (_unresolved.TryGetValue(digest, out int open))
            {
                if (open == 1)
                {
                    _unresolved.Remove(digest);
                }
                else
                {
                    _unresolved[digest] = open - 1;
                }
            }
        }
    }

    internal TaskHistory? Parent => parent;

    private long Now() => Math.Max(1, time.GetTimestamp());

    private TimeSpan? Since(long timestamp) => timestamp == 0 ? null : time.GetElapsedTime(timestamp);

    /// <summary>Another may have looked at the clock later and come first.</summary>
    private static void Raise(ref long mark, long value)
    {
        long seen;
        while ((seen = Interlocked.Read(ref mark)) < value)
        {
            Interlocked.CompareExchange(ref mark, value, seen);
        }
    }

    private static void Lower(ref int mark, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref mark)) > value)
        {
            Interlocked.CompareExchange(ref mark, value, seen);
        }
    }
}
