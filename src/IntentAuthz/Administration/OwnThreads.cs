namespace IntentAuthz;

/// <summary>
/// Asks on threads of its own, so that who asks can stop waiting for one that blocks its thread: code that never gives its thread back cannot be
/// cancelled, only left behind. A place is taken until its thread is free again, so at most <see cref="Places"/> threads can be left behind; once
/// they are, one who asks waits for a place as long as it would have waited for the answer.
/// </summary>
#pragma warning disable CA1001 // a semaphore whose handle nobody waits for holds nothing that must be given back
internal sealed class OwnThreads
#pragma warning restore CA1001
{
    /// <summary>How many may be asked at a time: far more than people who stop agents at one moment, far fewer than threads that hurt a host.</summary>
    internal const int Places = 16;

    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>Asks within a time limit. Before the first wait the clock runs already.</summary>
    /// <exception cref="TimeoutException">There was no answer in time, or no place.</exception>
    internal async Task<T> AskAsync<T>(Func<CancellationToken, ValueTask<T>> ask, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        CancellationTokenSource givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await AskOnceThereIsAPlaceAsync(ask, givenUp.Token).WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = LetGoAsync(givenUp);
        }
    }

    /// <summary>Who waits for a place leaves the line, and an answer that can be cancelled is. Whoever is told so may block too, and is not waited for.</summary>
    private static async Task LetGoAsync(CancellationTokenSource givenUp)
    {
        using (givenUp)
        {
            await givenUp.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<T> AskOnceThereIsAPlaceAsync<T>(Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        TaskCompletionSource<Task<T>> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            new Thread(Ask) { IsBackground = true, Name = "IntentAuthz: may this be taken away?" }.Start();
        }
        catch
        {
            _places.Release(); // no thread was to be had
            throw;
        }

        return await (await asked.Task.ConfigureAwait(false)).ConfigureAwait(false);

        void Ask()
        {
            Task<T> answer;
            try
            {
                answer = ask(cancellationToken).AsTask();
            }
            catch (Exception e)
            {
                answer = Task.FromException<T>(e);
            }

            _places.Release();
            asked.SetResult(answer);
        }
    }
}
