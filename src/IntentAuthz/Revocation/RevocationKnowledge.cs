namespace IntentAuthz;

/// <summary>
/// How old this process's knowledge of what is revoked is, on the monotonic clock. Nothing is known before the store has been read once; a
/// store that others write to has to be read again and again. Safe for use by many threads.
/// </summary>
internal sealed class RevocationKnowledge(TimeProvider time, bool isShared, TimeSpan maxAge)
{
    private readonly long _maxAge = (long)(maxAge.TotalSeconds * time.TimestampFrequency);
    private long _asOf;
    private bool _isLoaded;

    /// <summary>Of a list that stands on no store.</summary>
    internal static RevocationKnowledge Complete { get; } = MakeComplete();

    internal bool IsLoaded => Volatile.Read(ref _isLoaded);

    /// <summary>Whether calls can be permitted on it.</summary>
    internal bool IsCurrent => Volatile.Read(ref _isLoaded) && (!isShared || time.GetTimestamp() - Volatile.Read(ref _asOf) <= _maxAge);

    /// <summary>How old it is; null where nothing is known, zero where nobody else writes.</summary>
    internal TimeSpan? Age => !IsLoaded ? null : isShared ? time.GetElapsedTime(Volatile.Read(ref _asOf)) : TimeSpan.Zero;

    /// <summary>Everything that had happened at a moment is known: the moment the reading began.</summary>
    internal void Read(long began)
    {
        Volatile.Write(ref _asOf, began);
        Volatile.Write(ref _isLoaded, true);
    }

    private static RevocationKnowledge MakeComplete()
    {
        RevocationKnowledge complete = new(TimeProvider.System, isShared: false, TimeSpan.Zero);
        complete.Read(0);
        return complete;
    }
}
