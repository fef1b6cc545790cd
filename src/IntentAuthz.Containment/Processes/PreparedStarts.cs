namespace IntentAuthz.Containment;

/// <summary>
/// Starts programs within the same bounds, each in a containment of its own that was made ready before, which takes about a third of the time. It is
/// meant for one task: what is made ready is never used twice, and never for other bounds. Safe for use by many threads.
/// </summary>
/// <remarks>
/// What is ready waits in namespaces of its own, with nothing running but the first process of its PID namespace and what will start the program,
/// which can do nothing else by then; where a granted path leads elsewhere by then, or something was mounted or unmounted, it is thrown away. Before
/// the first start nothing is ready; after each, two are made ready in the background. Unused ones are given up after half a minute.
/// </remarks>
public sealed class PreparedStarts : IDisposable
{
    /// <summary>How many are made ready ahead.</summary>
    private const int Ahead = 2;

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    private readonly ContainmentLayers _layers;
    private readonly TimeProvider _time;
    private readonly ITimer _givingUp;
    private readonly Lock _changing = new(); // protects what follows
    private readonly Queue<Enclosure> _ready = new();
    private int _making;
    private MountTemplate? _template;
    private bool _isDisposed;

    /// <summary>Makes nothing ready yet.</summary>
    /// <param name="bounds">What the programs may touch.</param>
    /// <param name="time">The clock for wall time and duration; null for the system's.</param>
    public PreparedStarts(ContainmentBounds bounds, TimeProvider? time = null)
        : this(bounds, ContainmentLayers.Current, time ?? TimeProvider.System)
    {
    }

    internal PreparedStarts(ContainmentBounds bounds, ContainmentLayers layers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        (Bounds, _layers, _time) = (bounds, layers, time);
        _givingUp = time.CreateTimer(static s => ((PreparedStarts)s!).GiveUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the programs may touch.</summary>
    public ContainmentBounds Bounds { get; }

    /// <summary>Those that are ready, or nearly.</summary>
    internal Enclosure[] Ready
    {
        get
        {
            lock (_changing)
            {
                return [.. _ready];
            }
        }
    }

    /// <summary>How many starts took one that was ready.</summary>
    internal int Taken { get; private set; }

    /// <summary>Starts a program contained, as <see cref="ContainedProcess.StartAsync"/> does.</summary>
    /// <param name="start">The program and what it is given.</param>
    /// <param name="cancellationToken">Ends the start. A process that was started is ended by disposing it.</param>
    /// <returns>The process, or why there is none. Never one that is contained less than the bounds ask.</returns>
    /// <exception cref="OperationCanceledException">The start was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed.</exception>
    public ValueTask<ContainedProcessStart> StartAsync(ProcessStart start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        cancellationToken.ThrowIfCancellationRequested();
        ContainedProcessStart? refusal = null;
        if ((Take() ?? Enclosure.Prepare(Bounds, _layers, _time, template: null, out refusal)) is not { } enclosure)
        {
            return new(refusal!);
        }

        using (enclosure)
        {
            ValueTask<ContainedProcessStart> started = enclosure.StartAsync(start, cancellationToken);
            _ = RefillAsync(enclosure.Ended);
            return started;
        }
    }

    /// <summary>Gives up what is ready. Processes that were started go on.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            _isDisposed = true;
        }

        _givingUp.Dispose();
        GiveUp();
    }

    /// <summary>The oldest that still is what it was made for.</summary>
    private Enclosure? Take()
    {
        while (true)
        {
            Enclosure taken;
            lock (_changing)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (_ready.Count == 0)
                {
                    return null;
                }

                taken = _ready.Dequeue();
            }

            if (taken.IsFresh)
            {
                Taken++;
                return taken;
            }

            taken.Dispose();
        }
    }

    /// <summary>Not while the program starts, which it would only slow down: when it has ended, or in a moment.</summary>
    private async Task RefillAsync(Task ended)
    {
        await Task.WhenAny(ended, Task.Delay(s_moment, _time, CancellationToken.None)).ConfigureAwait(false);
        Refill();
    }

    private void Refill()
    {
        lock (_changing)
        {
            _ = !_isDisposed && _givingUp.Change(s_idle, Timeout.InfiniteTimeSpan);
            for (; !_isDisposed && _ready.Count + _making < Ahead; _making++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static s => s.MakeOne(), this, preferLocal: false);
            }
        }
    }

    private void MakeOne()
    {
        Enclosure? made = null;
        try
        {
            made = Enclosure.Prepare(Bounds, _layers, _time, Template(), out _);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next start makes its own, and says why it cannot.
        }
        finally
        {
            lock (_changing)
            {
                _making--;
                if (made is not null && !_isDisposed)
                {
                    _ready.Enqueue(made);
                    made = null;
                }
            }

            made?.Dispose();
        }
    }

    /// <summary>The mounts, made again when the grants stand for something else by now.</summary>
    private MountTemplate? Template()
    {
        lock (_changing)
        {
            using Descriptor? taken = _template?.Take();
            if (taken is null && !_isDisposed)
            {
                _template?.Dispose();
                _template = MountTemplate.Make(Bounds, _layers);
            }

            return _template;
        }
    }

    private void GiveUp()
    {
        Enclosure[] left;
        lock (_changing)
        {
            left = [.. _ready];
            _ready.Clear();
            _template?.Dispose();
            _template = null;
        }

        foreach (Enclosure enclosure in left)
        {
            enclosure.Dispose();
        }
    }
}
