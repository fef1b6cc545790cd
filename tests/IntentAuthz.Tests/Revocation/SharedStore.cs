namespace IntentAuthz.Tests.Revocation;

/// <summary>A store that several guards of a test share, with a switch for each way in which one fails.</summary>
internal sealed class SharedStore(bool isShared = true) : IRevocationStore
{
    private readonly Lock _using = new(); // protects the log
    private readonly List<RevocationChange> _log = [];

    internal bool ReadsFail { get; set; }

    internal bool WritesFail { get; set; }

    /// <summary>What writes wait for, or null.</summary>
    internal Task? Hanging { get; set; }

    /// <summary>What reads wait for, or null.</summary>
    internal Task? HangingReads { get; set; }

    internal int Reads;

    internal int Writes;

    public bool IsShared => isShared;

    internal RevocationChange[] Log
    {
        get
        {
            lock (_using)
            {
                return [.. _log];
            }
        }
    }

    public ValueTask AddAsync(RevocationEntry entry, CancellationToken cancellationToken) => WriteAsync(new RevocationChange(entry.Target, entry));

    public ValueTask LiftAsync(RevocationTarget target, CancellationToken cancellationToken) => WriteAsync(new RevocationChange(target, null));

    public async ValueTask<long> ReadAsync(long after, Action<RevocationChange> changes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Reads);
        if (HangingReads is { } hanging)
        {
            await hanging.WaitAsync(cancellationToken);
        }

        if (ReadsFail)
        {
            throw new IOException("the store is down");
        }

        RevocationChange[] log = Log;
        foreach (RevocationChange change in log.Skip((int)after))
        {
            changes(change);
        }

        return log.Length;
    }

    private async ValueTask WriteAsync(RevocationChange change)
    {
        Interlocked.Increment(ref Writes);
        if (Hanging is { } hanging)
        {
            await hanging;
        }

        if (WritesFail)
        {
            throw new IOException("the store is down");
        }

        lock (_using)
        {
            _log.Add(change);
        }
    }
}
