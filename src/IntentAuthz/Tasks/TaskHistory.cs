namespace IntentAuthz;

/// <summary>
/// What happened in a task, in counters and marks: what a sub-task does is charged to every task above it too. Counters and marks only
/// grow, so nothing that was seen is forgotten. Safe for use by many threads.
/// </summary>
internal sealed class TaskHistory(TaskHistory? parent)
{
    private const int MaxUnresolved = 4096;

    private readonly Lock _resolving = new(); // protects _unresolved
    private readonly Dictionary<CallDigest, int> _unresolved = [];
    private bool _overflowed;
    private long _calls;
    private long _denials;
    private long _approvalsAsked;
    // A sub-task begins where the task above it stands: otherwise opening one would wash off what was read.
    private int _worstIntegrity = (int)(parent?.WorstLabel.Integrity ?? Integrity.Trusted);
    private int _worstConfidentiality = (int)(parent?.WorstLabel.Confidentiality ?? Confidentiality.Public);

    internal long Calls => Interlocked.Read(ref _calls);

    internal long Denials => Interlocked.Read(ref _denials);

    internal long ApprovalsAsked => Interlocked.Read(ref _approvalsAsked);

    /// <summary>The combination of the labels of all results so far.</summary>
    internal Label WorstLabel =>
        new((Integrity)Volatile.Read(ref _worstIntegrity), (Confidentiality)Volatile.Read(ref _worstConfidentiality));

    internal void CountCall()
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._calls);
        }
    }

    internal void CountDenial()
    {
        for (TaskHistory? h = this; h is not null; h = h.Parent)
        {
            Interlocked.Increment(ref h._denials);
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

    private TaskHistory? Parent => parent;

    private static void Lower(ref int mark, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref mark)) > value)
        {
            Interlocked.CompareExchange(ref mark, value, seen);
        }
    }
}
