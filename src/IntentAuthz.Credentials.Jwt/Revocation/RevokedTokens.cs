using System.Collections.Concurrent;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The leases whose tokens are refused although they have not expired. The issuer's <see cref="JwtCredentialIssuer.RevokeAsync"/> feeds it and
/// verifiers in the same process ask it. An entry is dropped once its token has expired everywhere. When it is full of entries that still
/// matter it does not forget one: it answers <see cref="TokenStanding.Revoked"/> for every token until there is room again. It knows of
/// nothing that happened before it was made, and answers <see cref="TokenStanding.Unknown"/> for tokens issued before that. Safe for use by
/// many threads; asking takes no lock.
/// </summary>
public sealed class RevokedTokens : ITokenRevocationCheck
{
    /// <summary>How much longer than its token an entry is kept, for verifiers whose clocks are behind.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<LeaseId, DateTimeOffset> _revoked = new();
    private readonly Lock _changing = new(); // protects _byEnd and the writing of _overflowUntil; orders adding with dropping
    private readonly PriorityQueue<LeaseId, DateTimeOffset> _byEnd = new();
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _since;
    private readonly int _capacity;
    private long _nextEnd = long.MaxValue; // UTC ticks of the first entry to drop; read without the lock
    private long _overflowUntil; // UTC ticks; until then everything is revoked

    /// <summary>Makes an empty set.</summary>
    /// <param name="capacity">How many revoked leases whose tokens have not expired it can hold, 1 to 100,000,000.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public RevokedTokens(int capacity = 1_000_000, TimeProvider? time = null)
    {
        if (capacity is < 1 or > 100_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Give the set room for 1 to 100,000,000 revoked leases.");
        }

        _capacity = capacity;
        _time = time ?? TimeProvider.System;

        // Tokens carry whole seconds: one issued right after this, in the same second, must not count as older.
        _since = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>How many entries it holds at this moment.</summary>
    public int Count
    {
        get
        {
            DropExpired(_time.GetUtcNow());
            return _revoked.Count;
        }
    }

    /// <summary>Whether it ran out of room and refuses every token for now.</summary>
    public bool IsOverflowing => _time.GetUtcNow().UtcTicks < Volatile.Read(ref _overflowUntil);

    /// <summary>Refuses a lease's token from here on. Once this has returned, no verifier that asks accepts it. Safe to call again.</summary>
    /// <param name="lease">The lease, as the token's <c>jti</c> names it.</param>
    /// <param name="tokenExpiresAt">When the token expires, in wall-clock time.</param>
    /// <exception cref="ArgumentException">The lease is <c>default</c>.</exception>
    public void Revoke(LeaseId lease, DateTimeOffset tokenExpiresAt)
    {
        if (string.IsNullOrEmpty(lease.Value))
        {
            throw new ArgumentException("Name a lease; default is none.", nameof(lease));
        }

        DateTimeOffset until = tokenExpiresAt + s_margin;
        DateTimeOffset now = _time.GetUtcNow();
        DropExpired(now);
        lock (_changing)
        {
            bool known = _revoked.TryGetValue(lease, out DateTimeOffset before);
            if (until <= now || (known && before >= until))
            {
                return;
            }

            if (!known && _revoked.Count >= _capacity)
            {
                Volatile.Write(ref _overflowUntil, Math.Max(_overflowUntil, until.UtcTicks));
                return;
            }

            _byEnd.Enqueue(lease, until);
            _revoked[lease] = until;
            Volatile.Write(ref _nextEnd, _byEnd.TryPeek(out _, out DateTimeOffset first) ? first.UtcTicks : long.MaxValue);
        }
    }

    /// <summary>What the set knows of a token.</summary>
    /// <param name="lease">The lease, as the token's <c>jti</c> names it.</param>
    /// <param name="issuedAt">The token's <c>iat</c>.</param>
    public TokenStanding GetStanding(LeaseId lease, DateTimeOffset issuedAt)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DropExpired(now);
        if (_revoked.ContainsKey(lease) || now.UtcTicks < Volatile.Read(ref _overflowUntil))
        {
            return TokenStanding.Revoked;
        }

        return issuedAt < _since ? TokenStanding.Unknown : TokenStanding.Live;
    }

    /// <inheritdoc/>
    ValueTask<TokenStanding> ITokenRevocationCheck.GetStandingAsync(JwtCredential credential, string token, CancellationToken cancellationToken) =>
        new(GetStanding(credential.Lease, credential.IssuedAt));

    private void DropExpired(DateTimeOffset now)
    {
        if (now.UtcTicks < Volatile.Read(ref _nextEnd))
        {
            return;
        }

        lock (_changing)
        {
            while (_byEnd.TryPeek(out LeaseId lease, out DateTimeOffset end) && end <= now)
            {
                // Only this very entry: the lease may have been revoked again with a later end.
                _byEnd.Dequeue();
                _revoked.TryRemove(KeyValuePair.Create(lease, end));
            }

            Volatile.Write(ref _nextEnd, _byEnd.TryPeek(out _, out DateTimeOffset first) ? first.UtcTicks : long.MaxValue);
        }
    }
}
