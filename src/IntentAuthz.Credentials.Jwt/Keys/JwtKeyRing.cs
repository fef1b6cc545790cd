namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The keys of an issuer over time. One signs; one or more may be published ahead, to sign later; those that signed before stay published
/// until the last token they signed has expired. Private keys are cleared as soon as they no longer sign. Safe for use by many threads.
/// </summary>
public sealed class JwtKeyRing : IVerificationKeySource, IDisposable
{
    private readonly Lock _turning = new(); // protects _entries and orders signing with rotation: no key is retired while it signs
    private readonly List<Entry> _entries = []; // oldest first; all from the current signer on may sign, those before have signed
    private readonly TimeProvider _time;
    private volatile VerificationKeySet _published;
    private long _nextChange = long.MaxValue; // UTC ticks; read without the lock
    private bool _disposed;

    /// <summary>Begins with a key.</summary>
    /// <param name="key">The key. The ring owns it from here on.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public JwtKeyRing(JwtSigningKey key, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        _time = time ?? TimeProvider.System;
        _entries.Add(new Entry(key, _time.GetUtcNow()));
        _published = new VerificationKeySet([key.PublicKey]);
    }

    /// <summary>The id of the key that signs now.</summary>
    public string SigningKeyId
    {
        get
        {
            lock (_turning)
            {
                return Signer(_time.GetUtcNow()).Key.KeyId;
            }
        }
    }

    /// <summary>
    /// Brings in the next key. Verifiers that fetch the key set at intervals know it before its first token arrives when
    /// <paramref name="publishAhead"/> is at least that interval; with zero it signs at once.
    /// </summary>
    /// <param name="next">The key. The ring owns it from here on.</param>
    /// <param name="publishAhead">How long it is published before it signs, zero to one day.</param>
    /// <exception cref="ArgumentException">The key is in the ring already, or another is published ahead and would sign later than this one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or longer than a day.</exception>
    /// <exception cref="InvalidOperationException">The ring is full of keys whose tokens still live.</exception>
    public void Rotate(JwtSigningKey next, TimeSpan publishAhead = default)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (publishAhead < TimeSpan.Zero || publishAhead > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(publishAhead), publishAhead, "Publish a key between zero and one day ahead.");
        }

        lock (_turning)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DateTimeOffset now = _time.GetUtcNow();
            Turn(now);
            DateTimeOffset from = now + publishAhead;
            if (_entries.Exists(e => string.Equals(e.Key.KeyId, next.KeyId, StringComparison.Ordinal)))
            {
                throw new ArgumentException($"The key {next.KeyId} is in the ring already; rotate to a new one.", nameof(next));
            }

            if (_entries[^1].SignsFrom > from)
            {
                throw new ArgumentException("A key that was published ahead begins to sign later than this one would; keys take turns in the order they are brought in.", nameof(next));
            }

            if (_entries.Count == VerificationKeySet.MaxKeys)
            {
                throw new InvalidOperationException($"The ring holds {VerificationKeySet.MaxKeys} keys whose tokens still live; rotate less often.");
            }

            _entries.Add(new Entry(next, from));
            Turn(now);
            Publish(now);
        }
    }

    /// <summary>The document to publish (RFC 7517): the public keys whose tokens are, or will soon be, about.</summary>
    public string GetJwks() => Current().ToJson();

    /// <inheritdoc/>
    ValueTask<VerificationKeySet> IVerificationKeySource.GetKeysAsync(string keyId, CancellationToken cancellationToken) => new(Current());

    /// <summary>Clears all private keys. Tokens that were signed can still be verified; none is signed any more.</summary>
    public void Dispose()
    {
        lock (_turning)
        {
            _disposed = true;
            foreach (Entry entry in _entries)
            {
                entry.Key.Dispose();
            }
        }
    }

    /// <summary>
    /// Lets the current key sign. The key is marked as needed until the token's end before the signature exists, and cannot be retired
    /// meanwhile: this costs one signature at a time, some tens of microseconds, in a process.
    /// </summary>
    internal void Sign<TState>(TState state, DateTimeOffset tokenExpiresAt, Action<JwtSigningKey, TState> sign)
    {
        lock (_turning)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DateTimeOffset now = _time.GetUtcNow();
            Turn(now);
            Entry signer = Signer(now);
            if (tokenExpiresAt > signer.NeededUntil)
            {
                signer.NeededUntil = tokenExpiresAt;
            }

            sign(signer.Key, state);
        }
    }

    private VerificationKeySet Current()
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now.UtcTicks >= Volatile.Read(ref _nextChange))
        {
            lock (_turning)
            {
                Turn(now);
            }
        }

        return _published;
    }

    /// <summary>The newest key whose turn has come. The first entry's always has.</summary>
    private Entry Signer(DateTimeOffset now)
    {
        for (int i = _entries.Count - 1; i > 0; i--)
        {
            if (_entries[i].SignsFrom <= now)
            {
                return _entries[i];
            }
        }

        return _entries[0];
    }

    /// <summary>Clears the private keys whose turn is over and drops the keys that no live token needs.</summary>
    private void Turn(DateTimeOffset now)
    {
        Entry signer = Signer(now);
        bool dropped = false;
        for (int i = _entries.IndexOf(signer) - 1; i >= 0; i--)
        {
            Entry old = _entries[i];
            old.Key.Dispose();
            if (old.NeededUntil <= now)
            {
                _entries.RemoveAt(i);
                dropped = true;
            }
        }

        if (dropped)
        {
            Publish(now);
        }
        else
        {
            ScheduleNextChange(now, signer);
        }
    }

    private void Publish(DateTimeOffset now)
    {
        _published = new VerificationKeySet(_entries.AsEnumerable().Reverse().Select(static e => e.Key.PublicKey));
        ScheduleNextChange(now, Signer(now));
    }

    private void ScheduleNextChange(DateTimeOffset now, Entry signer)
    {
        long next = long.MaxValue;
        int turn = _entries.IndexOf(signer);
        for (int i = 0; i < _entries.Count; i++)
        {
            Entry entry = _entries[i];
            if (i < turn)
            {
                next = Math.Min(next, entry.NeededUntil.UtcTicks);
            }
            else if (entry.SignsFrom > now)
            {
                next = Math.Min(next, entry.SignsFrom.UtcTicks);
            }
        }

        Volatile.Write(ref _nextChange, next);
    }

    private sealed class Entry(JwtSigningKey key, DateTimeOffset signsFrom)
    {
        internal JwtSigningKey Key { get; } = key;

        internal DateTimeOffset SignsFrom { get; } = signsFrom;

        /// <summary>When the last token it signed expires.</summary>
        internal DateTimeOffset NeededUntil { get; set; } = DateTimeOffset.MinValue;
    }
}
