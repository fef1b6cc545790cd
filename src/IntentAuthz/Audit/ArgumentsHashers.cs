namespace IntentAuthz;

/// <summary>
/// Hashers for callers. Where records come faster than the audit's writer finishes them, each caller makes the digest of its own arguments: who
/// fills the queue pays for it, and the queue stays short, whose records would otherwise live long enough to cost the garbage collector more than
/// the digests do. As many hashers as there are processors are kept. Safe for use by many threads.
/// </summary>
internal sealed class ArgumentsHashers(byte[] key) : IDisposable
{
    private readonly ArgumentsHasher?[] _idle = new ArgumentsHasher?[Environment.ProcessorCount];
    private volatile bool _isDisposed;

    /// <summary>Adds the digest of the arguments to a record that has none. What fails here is left to the writer, which says so.</summary>
    internal void AddTo(AuditRecord record, ReadOnlyMemory<byte> arguments)
    {
        if (_isDisposed)
        {
            return; // and so is the queue: nobody writes the record
        }

        ArgumentsHasher? hasher = null;
        try
        {
            hasher = Take() ?? new ArgumentsHasher(key);
            record.ArgumentsDigest = hasher.Hash(record.Tenant, arguments);
        }
        catch (Exception)
        {
            hasher?.Dispose(); // it stands half way through
            return;
        }

        GiveBack(hasher);
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (Take() is { } hasher)
        {
            hasher.Dispose();
        }
    }

    private ArgumentsHasher? Take()
    {
        foreach (ref ArgumentsHasher? place in _idle.AsSpan())
        {
            if (Volatile.Read(ref place) is not null && Interlocked.Exchange(ref place, null) is { } hasher)
            {
                return hasher;
            }
        }

        return null;
    }

    private void GiveBack(ArgumentsHasher hasher)
    {
        if (!_isDisposed)
        {
            foreach (ref ArgumentsHasher? place in _idle.AsSpan())
            {
                if (Volatile.Read(ref place) is null && Interlocked.CompareExchange(ref place, hasher, null) is null)
                {
                    return;
                }
            }
        }

        hasher.Dispose();
    }
}
