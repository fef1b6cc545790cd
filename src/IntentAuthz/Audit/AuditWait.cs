namespace IntentAuthz;

/// <summary>
/// Since when the oldest record of those that are being written may have waited. The writing loop looks at the clock a few times a batch, and at how
/// many records wait then: what it takes after as many came later. So those who hand records in pay nothing. A wait may be told as
/// longer than it is, by about as much as the records before it waited. The writing loop's own, but for <see cref="IsOver"/>.
/// </summary>
internal sealed class AuditWait(TimeProvider time)
{
    private const long Nothing = long.MinValue;

    private long _writing = Nothing;
    private long _looked;
    private long _ahead; // how many of those that waited at that look are still to be taken

    /// <summary>A time before which nothing was accepted that is still to be taken.</summary>
    internal long Since { get; private set; }

    /// <summary>Nothing is left to be taken, or was until now.</summary>
    internal void SeenEmpty()
    {
        Look(waiting: 0);
        Since = _looked;
    }

    /// <summary>So many records were taken, and others are left.</summary>
    /// <param name="count">How many.</param>
    /// <param name="waiting">How many are left, or more.</param>
    internal void Took(int count, int waiting)
    {
        _ahead -= count;
        if (_ahead <= 0)
        {
            Since = _looked;
            Look(waiting);
        }
    }

    /// <summary>A batch goes to the sink, none of whose records came before this time.</summary>
    internal void Writing(long since) => Volatile.Write(ref _writing, since);

    /// <summary>The sink has it, or it was given up.</summary>
    internal void Written() => Volatile.Write(ref _writing, Nothing);

    /// <summary>Whether what is being written has waited for longer. For any thread.</summary>
    internal bool IsOver(TimeSpan limit)
    {
        long since = Volatile.Read(ref _writing);
        return since != Nothing && time.GetElapsedTime(since) > limit;
    }

    private void Look(int waiting)
    {
        _ahead = waiting;
        try
        {
            _looked = time.GetTimestamp();
        }
        catch (Exception)
        {
            // A clock is the host's and may fail, which must not end the writing; a wait is then told as longer than it is.
        }
    }
}
