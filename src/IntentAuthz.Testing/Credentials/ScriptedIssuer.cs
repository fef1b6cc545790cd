using System.Collections.Immutable;

namespace IntentAuthz.Testing;

/// <summary>
/// An issuer that does what the test tells it: it makes credentials that open nothing, refuses, throws, takes its time, or fails to unmake;
/// and it records what it was asked. What it is told holds until it is told something else. Safe for use by many threads.
/// </summary>
public sealed class ScriptedIssuer : ICredentialIssuer
{
    private readonly Lock _recording = new(); // protects everything below
    private readonly List<IssueRequest> _requests = [];
    private readonly List<LeaseId> _issued = [];
    private readonly List<LeaseId> _revoked = [];
    private readonly TimeProvider _time;
    private string? _refusal;
    private Exception? _issuingFault;
    private Exception? _revokingFault;
    private TimeSpan _delay;

    /// <summary>Makes an issuer that succeeds.</summary>
    /// <param name="name">The name that credential profiles use.</param>
    /// <param name="time">The clock on which it takes its time; the test host's.</param>
    /// <param name="revocationSpeed">How fast it says it unmakes.</param>
    public ScriptedIssuer(string name, TimeProvider time, RevocationSpeed revocationSpeed = RevocationSpeed.Immediate)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(time);
        Name = name;
        RevocationSpeed = revocationSpeed;
        _time = time;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RevocationSpeed RevocationSpeed { get; }

    /// <summary>What it was asked to make, in order, whatever became of it.</summary>
    public ImmutableArray<IssueRequest> Requests => Snapshot(_requests);

    /// <summary>The leases it made a credential for, in order.</summary>
    public ImmutableArray<LeaseId> Issued => Snapshot(_issued);

    /// <summary>The leases it unmade, in order; one can be in it more than once.</summary>
    public ImmutableArray<LeaseId> Revoked => Snapshot(_revoked);

    /// <summary>The leases it made and has not unmade.</summary>
    public ImmutableArray<LeaseId> Live
    {
        get
        {
            lock (_recording)
            {
                return [.. _issued.Except(_revoked)];
            }
        }
    }

    /// <summary>The credential it makes for a lease, for tests that look for it where it must not be.</summary>
    /// <param name="lease">The lease.</param>
    public static string SecretOf(LeaseId lease) => $"secret-of-{lease}";

    /// <summary>From now on it makes credentials and unmakes them, at once.</summary>
    public ScriptedIssuer Succeeds()
    {
        lock (_recording)
        {
            (_refusal, _issuingFault, _revokingFault, _delay) = (null, null, null, TimeSpan.Zero);
        }

        return this;
    }

    /// <summary>From now on it refuses.</summary>
    /// <param name="error">Why.</param>
    public ScriptedIssuer Refuses(string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        lock (_recording)
        {
            (_refusal, _issuingFault) = (error, null);
        }

        return this;
    }

    /// <summary>From now on it throws when it is asked to make a credential.</summary>
    /// <param name="exception">What it throws.</param>
    public ScriptedIssuer Throws(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        lock (_recording)
        {
            (_refusal, _issuingFault) = (null, exception);
        }

        return this;
    }

    /// <summary>From now on it throws when it is asked to unmake a credential, which then lives on.</summary>
    /// <param name="exception">What it throws.</param>
    public ScriptedIssuer FailsToRevoke(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        lock (_recording)
        {
            _revokingFault = exception;
        }

        return this;
    }

    /// <summary>
    /// From now on it answers only when its clock has moved on by so much: the test moves it, as by <see cref="FakeClock.RunUntilAsync"/>.
    /// </summary>
    /// <param name="delay">How much; zero answers at once.</param>
    public ScriptedIssuer Delays(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        lock (_recording)
        {
            _delay = delay;
        }

        return this;
    }

    /// <inheritdoc/>
    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        string? refusal;
        Exception? fault;
        TimeSpan delay;
        lock (_recording)
        {
            _requests.Add(request);
            (refusal, fault, delay) = (_refusal, _issuingFault, _delay);
        }

        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
        }

        if (fault is not null)
        {
            throw fault;
        }

        if (refusal is not null)
        {
            return IssueResult.Refused(refusal);
        }

        lock (_recording)
        {
            _issued.Add(request.Lease.Id);
        }

        return IssueResult.Issued(Secret.FromString(SecretOf(request.Lease.Id)), request.Lease.ExpiresAt);
    }

    /// <inheritdoc/>
    public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_recording)
        {
            if (_revokingFault is not null)
            {
                return ValueTask.FromException(_revokingFault);
            }

            _revoked.Add(lease.Id);
        }

        return ValueTask.CompletedTask;
    }

    private ImmutableArray<T> Snapshot<T>(List<T> list)
    {
        lock (_recording)
        {
            return [.. list];
        }
    }
}
