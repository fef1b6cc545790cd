namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Fetches the issuer's published key set and keeps it for a while. It fetches again when the document has grown old, and once more, at a
/// limited rate, when a token names a key it does not know: that is how a rotation is noticed. While fetching fails it goes on with the last
/// good document up to <see cref="JwksKeySourceOptions.MaxAge"/>, then it throws and the verifier refuses. Durations run on the monotonic
/// clock. Safe for use by many threads; one of them fetches, and those that need its answer wait.
/// </summary>
public sealed class JwksKeySource : IVerificationKeySource, IDisposable
{
    private readonly Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>> _fetch;
    private readonly JwksKeySourceOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _fetching = new(1, 1); // protects _lastAttempt and _lastFailure; one fetch at a time
    private volatile Fetched? _last;
    private long? _lastAttempt;
    private Exception? _lastFailure;

    /// <summary>Takes the way to the document.</summary>
    /// <param name="fetch">
    /// Gets the document's bytes, from one fixed address over an authenticated connection. It bounds what it reads by
    /// <see cref="VerificationKeySet.MaxDocumentBytes"/>.
    /// </param>
    /// <param name="options">How often; the defaults when null.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public JwksKeySource(
        Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>> fetch, JwksKeySourceOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        _fetch = fetch;
        _options = options ?? new JwksKeySourceOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no document that is young enough to be trusted.</exception>
    public ValueTask<VerificationKeySet> GetKeysAsync(string keyId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        return _last is { } last && Suffices(last, keyId) ? new ValueTask<VerificationKeySet>(last.Keys) : RefreshAsync(keyId, cancellationToken);
    }

    /// <summary>Lets go of what fetching needed. Calls under way may fail, which the verifier takes as a refusal.</summary>
    public void Dispose() => _fetching.Dispose();

    private bool Suffices(Fetched last, string keyId) =>
        _time.GetElapsedTime(last.At) < _options.RefreshAfter && last.Keys.Find(keyId) is not null;

    private async ValueTask<VerificationKeySet> RefreshAsync(string keyId, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is { } fresh && Suffices(fresh, keyId))
            {
                return fresh.Keys;
            }

            if (_lastAttempt is not { } at || _time.GetElapsedTime(at) >= _options.MinInterval)
            {
                await FetchAsync(cancellationToken).ConfigureAwait(false);
            }

            return _last is { } last && _time.GetElapsedTime(last.At) < _options.MaxAge
                ? last.Keys
                : throw new InvalidOperationException("The issuer's key set could not be fetched, and no document is young enough to go on with.", _lastFailure);
        }
        finally
        {
            _fetching.Release();
        }
    }

    private async ValueTask FetchAsync(CancellationToken cancellationToken)
    {
        long startedAt = _time.GetTimestamp();
        _lastAttempt = startedAt;
        try
        {
            ReadOnlyMemory<byte> document = await _fetch(cancellationToken)
                .AsTask().WaitAsync(_options.FetchTimeout, _time, cancellationToken).ConfigureAwait(false);

            // As old as the question, not as the answer: a slow answer tells of the past.
            _last = new Fetched(VerificationKeySet.Parse(document), startedAt);
            _lastFailure = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller gave up, which says nothing about the document: the next caller may try at once.
            _lastAttempt = null;
            throw;
        }
        catch (Exception e)
        {
            _lastFailure = e;
        }
    }

    private sealed record Fetched(VerificationKeySet Keys, long At);
}
