using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>
/// What a contained call runs in: programs, files and hosts are reached through it only. It ends with the call: every process is killed with all it
/// started, every connection is closed. Safe for use by many threads.
/// </summary>
public sealed class OsCallContainment : CallContainment
{
    private readonly ContainmentRequest _request;
    private readonly OsContainmentOptions _options;
    private readonly TaskStarts _starts;
    private readonly OpenTunnels _tunnels;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _changing = new(); // protects the list and whether it has ended
    private readonly List<ContainedProcess> _processes = [];
    private readonly Lazy<HttpClient> _http;
    private bool _hasEnded;

    internal OsCallContainment(ContainmentRequest request, Workspace? workspace, OsContainmentOptions options, TaskStarts starts, OpenTunnels tunnels)
    {
        _request = request;
        _tunnels = tunnels;
        _starts = starts;
        _options = options;
        Workspace = workspace;
        _http = new Lazy<HttpClient>(() => new HttpClient(new EgressHandler(request.Guard, request.Task, request.Call, Hosts, options.Egress)) { Timeout = Timeout.InfiniteTimeSpan });
    }

    /// <inheritdoc/>
    public override ContainmentBounds Bounds => _request.Bounds;

    /// <summary>The files; null when the profile has no workspace.</summary>
    public Workspace? Workspace { get; }

    /// <summary>A client for code in this process, by the same rules as the child's proxy: each request is decided. Not to be disposed by the tool.</summary>
    public HttpClient Http => _http.Value;

    private ImmutableArray<EgressGrant> Hosts => Bounds.Hosts ?? [];

    /// <summary>Runs a program to its end, with all it starts, in the workspace.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="IOException">It could not be started; the message says why and what would help.</exception>
    public ValueTask<ProcessOutcome> RunAsync(string program, ImmutableArray<string> arguments, CancellationToken cancellationToken = default) =>
        RunAsync(new ProcessStart(program) { Arguments = arguments }, cancellationToken);

    /// <summary>Runs a program to its end, with all it starts.</summary>
    /// <param name="start">The program and what it is given. Without a working directory it begins in the workspace; the proxy is given here in any case.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="IOException">It could not be started; the message says why and what would help.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and nothing of it is left.</exception>
    public async ValueTask<ProcessOutcome> RunAsync(ProcessStart start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        EgressProxy? proxy = Hosts.IsEmpty
            ? null
            : new EgressProxy(_request.Guard, _request.Task, _request.Call, Hosts, _options.Egress, isShared: false, _tunnels);
        try
        {
            ContainedProcessStart started = await StartAsync(
                start with { WorkingDirectory = start.WorkingDirectory ?? Workspace?.Directory, Egress = proxy }, either.Token).ConfigureAwait(false);
            if (!started.IsStarted)
            {
                throw new IOException($"The program was not started: {started.Refusal}");
            }

            await using (started.Process.ConfigureAwait(false))
            {
                Enter(started.Process);
                using CancellationTokenRegistration killing = either.Token.UnsafeRegister(static p => ((ContainedProcess)p!).Kill(), started.Process);
                bool isOverfull = await WatchAsync(started.Process, either.Token).ConfigureAwait(false);
                ProcessOutcome outcome = await started.Process.Completion.ConfigureAwait(false);
                Leave(started.Process);
                either.Token.ThrowIfCancellationRequested();
                return isOverfull ? outcome with { LimitReached = ProcessLimit.Workspace, WasKilled = true } : outcome;
            }
        }
        finally
        {
            if (proxy is not null)
            {
                await proxy.DisposeAsync().ConfigureAwait(false);
            }

            Workspace?.Recount();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        ContainedProcess[] left;
        lock (_changing)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            left = [.. _processes];
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        foreach (ContainedProcess process in left)
        {
            await process.DisposeAsync().ConfigureAwait(false);
        }

        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        Workspace?.Dispose();
        _ending.Dispose();
    }

    /// <summary>By what was made ready for the task, where there is something.</summary>
    private async ValueTask<ContainedProcessStart> StartAsync(ProcessStart start, CancellationToken cancellationToken)
    {
        if (_starts.Of(_request.Task, Bounds) is { } prepared)
        {
            try
            {
                return await prepared.StartAsync(start, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It was given up meanwhile, and nothing was started.
            }
        }

        return await ContainedProcess.StartAsync(start, Bounds, _options.Time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts the workspace while the process runs, where that is limited, and ends the process when there is too much.</summary>
    private async ValueTask<bool> WatchAsync(ContainedProcess process, CancellationToken cancellationToken)
    {
        ContainmentLimits limits = Bounds.Limits;
        if (Workspace is null || limits is { WorkspaceBytes: null, WorkspaceEntries: null })
        {
            return false;
        }

        while (true)
        {
            Task first = await Task.WhenAny(process.Completion, Task.Delay(_options.WorkspaceCheckInterval, _options.Time, CancellationToken.None)).ConfigureAwait(false);
            WorkspaceUsage used = Workspace.Measure();
            if (!used.IsComplete || used.Bytes > (limits.WorkspaceBytes ?? long.MaxValue) || used.Entries > (limits.WorkspaceEntries ?? int.MaxValue))
            {
                process.Kill();
                return true;
            }

            if (first == process.Completion || cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private void Enter(ContainedProcess process)
    {
        lock (_changing)
        {
            _processes.Add(process);
            if (_hasEnded)
            {
                process.Kill();
            }
        }
    }

    private void Leave(ContainedProcess process)
    {
        lock (_changing)
        {
            _processes.Remove(process);
        }
    }
}
