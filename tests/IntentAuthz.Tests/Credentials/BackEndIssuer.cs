using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace IntentAuthz.Tests.Credentials;

/// <summary>How an issuer behaves.</summary>
internal enum Mode
{
    Works,
    Fails,
    FailsAfterwards,
    Hangs,
    HangsAfterwards,
}

/// <summary>One process's way to the back end: renews, lists, and fails or hangs before or after its work on command.</summary>
internal sealed class BackEndIssuer(BackEnd backEnd, string name = "vault") : IRenewingIssuer, IListingIssuer
{
    private readonly ConcurrentDictionary<LeaseId, bool> _unmaking = new();
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDead;
    private int _asked;
    private int _unmakings;

    public string Name => name;

    public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    internal Mode Making { get; set; }

    internal Mode Unmaking { get; set; }

    internal Mode Renewing { get; set; }

    internal int Asked => _asked;

    internal int Unmakings => _unmakings;

    internal ConcurrentQueue<(LeaseId Lease, Secret Secret)> Secrets { get; } = new();

    internal ConcurrentQueue<Lease> Issued { get; } = new();

    internal ConcurrentQueue<DateTimeOffset> Renewals { get; } = new();

    internal Action<IssueRequest>? OnIssue { get; set; }

    internal Func<Lease, Task>? OnRevoke { get; set; }

    internal void Mend()
    {
        (Making, Unmaking, Renewing) = (Mode.Works, Mode.Works, Mode.Works);
        Interlocked.Exchange(ref _gate, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>The process is gone: nothing that it had not sent reaches the back end any more.</summary>
    internal void Die()
    {
        _isDead = true;
        Mend();
    }

    public string? GetHandle(IssueRequest request) => $"role-{request.Lease.Id}";

    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        Lease lease = request.Lease;
        IssueResult result = await AsAsync(Making, () =>
        {
            OnIssue?.Invoke(request);
            backEnd.Live[lease.Id] = lease.Handle!;
            backEnd.Until[lease.Id] = lease.ExpiresAt;
            Issued.Enqueue(lease);
            return IssueResult.Issued(Secret.FromString($"secret-of-{lease.Id}"), lease.ExpiresAt);
        });
        Secrets.Enqueue((lease.Id, result.Secret!)); // handed over: clearing it is the broker's now
        return result;
    }

    public async ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (!_unmaking.TryAdd(lease.Id, true))
        {
            backEnd.Violations.Enqueue($"{lease.Id} was unmade twice at a time");
        }

        // One that was given up on may still hang when the next is asked for.
        using CancellationTokenRegistration givenUp = cancellationToken.Register(() => _unmaking.TryRemove(lease.Id, out _));
        try
        {
            Interlocked.Increment(ref _unmakings);
            if (OnRevoke is { } first)
            {
                await first(lease);
            }

            await AsAsync(Unmaking, () => backEnd.Live.TryRemove(lease.Id, out _));
        }
        finally
        {
            _unmaking.TryRemove(lease.Id, out _);
        }
    }

    public async ValueTask<DateTimeOffset> RenewAsync(Lease lease, DateTimeOffset until, CancellationToken cancellationToken) =>
        await AsAsync(Renewing, () =>
        {
            Renewals.Enqueue(until);
            return backEnd.Live.ContainsKey(lease.Id) ? backEnd.Until[lease.Id] = until : throw new IOException("there is none");
        });

    public async IAsyncEnumerable<FoundCredential> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach ((LeaseId lease, string handle) in backEnd.Live)
        {
            if (handle == $"role-{lease}" || !handle.StartsWith("role-", StringComparison.Ordinal))
            {
                yield return new FoundCredential(lease, handle);
            }
        }
    }

    private async Task<T> AsAsync<T>(Mode mode, Func<T> work)
    {
        Task gate = Volatile.Read(ref _gate).Task;
        if (mode == Mode.Hangs)
        {
            await gate;
        }

        if (_isDead || mode == Mode.Fails)
        {
            throw new IOException("the back end is down");
        }

        T done = work();
        if (mode == Mode.HangsAfterwards)
        {
            await gate;
        }

        return mode == Mode.FailsAfterwards ? throw new IOException("the connection was lost") : done;
    }
}
