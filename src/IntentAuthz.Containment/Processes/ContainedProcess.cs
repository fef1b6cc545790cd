using System.Collections.Immutable;

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
    public static ValueTask<ContainedProcessStart> StartAsync(ProcessStart start, ContainmentBounds bounds, TimeProvider? time = null, CancellationToken cancellationToken = default) =>
        StartAsync(start, bounds, ContainmentLayers.Current, time ?? TimeProvider.System, cancellationToken);

    /// <summary>Ends the process and everything it started, without waiting. <see cref="Completion"/> tells when nothing is left.</summary>
    public void Kill() => _supervisor.Kill();

    /// <summary>Ends the process and everything it started, and waits until nothing is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _supervisor.Kill();
        await ((Task)_supervisor.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal static async ValueTask<ContainedProcessStart> StartAsync(
        ProcessStart start, ContainmentBounds bounds, ContainmentLayers layers, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(bounds);
        cancellationToken.ThrowIfCancellationRequested();
        if (layers.MissingFor(bounds) is { } missing)
        {
            return ContainedProcessStart.Refused($"This machine cannot enforce what was asked: {missing.Layer} is missing, {missing.Detail}", missing.Layer);
        }

        if (Prepare(start, bounds, layers, out ProcessPlan? plan) is { } problem)
        {
            return ContainedProcessStart.Refused(problem);
        }

        ProcessSupervisor supervisor = new(plan!, time);
        supervisor.Start();
        try
        {
            return await supervisor.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            supervisor.Kill();
            throw;
        }
    }

    private static string? Prepare(ProcessStart start, ContainmentBounds bounds, ContainmentLayers layers, out ProcessPlan? plan)
    {
        plan = null;
        ImmutableArray<string> names = bounds.Variables ?? [];
        if (start.Variables.Keys.FirstOrDefault(n => !names.Contains(n) || ReservedVariables.Includes(n)) is { } name)
        {
            return ReservedVariables.Includes(name) ? $"The variable '{name}' is set by containment and cannot be given." : $"The variable '{name}' is not among the Variables of the bounds.";
        }

        if (bounds.Hosts is { IsEmpty: false } && start.Egress is null)
        {
            return "The bounds grant hosts, and there is no proxy to reach them by. Give one by Egress.";
        }

        Grants? grants = Grants.Open(bounds, out string? problem);
        if (grants is null)
        {
            return problem ?? "A grant could not be opened.";
        }

        using (grants)
        {
            if (start.WorkingDirectory is { } directory && !grants.CanEnter(directory))
            {
                return $"The working directory '{directory}' is not within what is granted, or leads through a symbolic link.";
            }

            ControlGroup? group = null;
            if (bounds.Limits is not { MemoryBytes: null, Processes: null } && (group = ControlGroup.Make(layers.Groups, bounds.Limits, out problem)) is null)
            {
                return problem;
            }

            try
            {
                plan = new ProcessPlan(start, bounds, layers, grants, group);
                return null;
            }
            catch (IOException e)
            {
                group?.Dispose();
                return e.Message;
            }
        }
    }
}
