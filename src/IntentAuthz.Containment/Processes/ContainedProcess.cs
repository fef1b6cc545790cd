namespace IntentAuthz.Containment;

/// <summary>
/// A program that runs with all it starts within <see cref="ContainmentBounds"/>, held to them by the operating system. Safe for use by many
/// threads.
/// </summary>
/// <remarks>
/// When the program has ended, all it left running ends too; so does everything when the host process ends, however it does. What each layer
/// enforces, and what none does, is in docs/containment.md.
/// </remarks>
public sealed class ContainedProcess : IAsyncDisposable
{
    private readonly ProcessSupervisor _supervisor;

    internal ContainedProcess(ProcessSupervisor supervisor) => _supervisor = supervisor;

    /// <summary>The process id, as the host sees it.</summary>
    public int Id => _supervisor.Process;

    /// <summary>Completes when the program and everything it started have ended.</summary>
    /// <exception cref="Exception">What <see cref="ProcessStart.OutputReceived"/> threw.</exception>
    public Task<ProcessOutcome> Completion => _supervisor.Ended;

    /// <summary>Starts a program contained, on this machine's <see cref="ContainmentLayers"/>.</summary>
    /// <param name="start">The program and what it is given.</param>
    /// <param name="bounds">What it may touch. What is null is not granted; a limit that is null is not set.</param>
    /// <param name="time">The clock for wall time and duration; null for the system's.</param>
    /// <param name="cancellationToken">Ends the start. A process that was started is ended by disposing it.</param>
    /// <returns>The process, or why there is none. Never one that is contained less than the bounds ask.</returns>
    /// <exception cref="OperationCanceledException">The start was cancelled.</exception>
    public static ValueTask<ContainedProcessStart> StartAsync(ProcessStart start, ContainmentBounds bounds, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(bounds);
        cancellationToken.ThrowIfCancellationRequested();
        if (Enclosure.Prepare(bounds, ContainmentLayers.Current, time ?? TimeProvider.System, template: null, out ContainedProcessStart? refusal) is not { } enclosure)
        {
            return new(refusal!);
        }

        using (enclosure) // the grants are only checked again where there was time for them to change
        {
            return enclosure.StartAsync(start, cancellationToken);
        }
    }

    /// <summary>Ends the process and everything it started, without waiting. <see cref="Completion"/> tells when nothing is left.</summary>
    public void Kill() => _supervisor.Kill();

    /// <summary>Ends the process and everything it started, and waits until nothing is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _supervisor.Kill();
        await ((Task)_supervisor.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
