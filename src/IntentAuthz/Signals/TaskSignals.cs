using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IntentAuthz;

/// <summary>
/// What the detectors remember of one task, and what they have raised in it and below it. Each event costs the same whatever came before;
/// memory is bounded. What is raised stays raised. Safe for use by many threads.
/// </summary>
internal sealed partial class TaskSignals(TaskSignals? parent, TimeProvider time, SignalOptions options)
{
    private const int MaxKept = 64;
    private const int MaxOfOneKind = 8; // a task that does it again and again is told of that often, not forever
    private const int MaxRemembered = 1024;

    private readonly Lock _watching = new(); // protects everything below but _raised and _asks
    private readonly List<Signal> _kept = [];
    private readonly int[] _ofKind = new int[Enum.GetValues<SignalKind>().Length];
    private readonly Dictionary<string, int> _denialsOfTool = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _deniedEffects = new(StringComparer.Ordinal); // effect and resource -> the tool
    private readonly Dictionary<RepeatedCall, int> _repeats = [];
    private RiskClass _highestDenied;
    private int _risingDenials;
    private long _windowStart;
    private int _inWindow;
    private int _inWindowBefore;
    private int _raised; // a bit for each kind
    private volatile bool _asks;

    internal TaskSignals? Parent => parent;

    internal SignalOptions Options => options;

    /// <summary>The kinds raised here or below, a bit for each.</summary>
    internal int Raised => Volatile.Read(ref _raised);

    /// <summary>Whether some signal, here or above, has each call approved from now on.</summary>
    internal bool AsksForApproval
    {
        get
        {
            for (TaskSignals? signals = this; signals is not null; signals = signals.Parent)
            {
                if (signals._asks)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes a signal in, here and in the tasks above. False when there were as many of its kind here as anybody reads.</summary>
    internal bool Take(Signal signal)
    {
        bool isNew = true;
        for (TaskSignals? signals = this; signals is not null; signals = signals.Parent)
        {
            lock (signals._watching)
            {
                int count = ++signals._ofKind[(int)signal.Kind];
                isNew &= !ReferenceEquals(signals, this) || count <= MaxOfOneKind;
                if (count <= MaxOfOneKind && signals._kept.Count < MaxKept)
                {
                    signals.Journal?.Note($"{TaskNotes.Signal}/{signals._kept.Count}", TaskNotes.WriteSignal(signal));
                    signals._kept.Add(signal);
                }
            }

            Interlocked.Or(ref signals._raised, 1 << (int)signal.Kind);
            signals._asks |= signal.Response == SignalResponse.RequireApproval;
        }

        return isNew;
    }

    /// <summary>
    /// Whether another signal of a kind would change nothing: nobody reads more of them, here or above, and all that follows from one follows already.
    /// An agent that runs away is not to cost more a call than another. Under the lock.
    /// </summary>
    private bool IsTold(SignalKind kind) =>
        _ofKind[(int)kind] >= MaxOfOneKind && options.ResponseTo(kind) is SignalResponse.Record or SignalResponse.RequireApproval && (Raised & (1 << (int)kind)) != 0;

    internal ImmutableArray<Signal> Read()
    {
        lock (_watching)
        {
            return [.. _kept];
        }
    }

    /// <summary>Counts a call that starts. What is out of the ordinary about its number, or null.</summary>
    /// <param name="tool">The tool's name.</param>
    /// <param name="hash">A hash of that and the arguments.</param>
    /// <param name="now">The monotonic time.</param>
    internal string? CountStart(string tool, int hash, long now)
    {
        lock (_watching)
        {
            int repeats = 0;
            ref int known = ref CollectionsMarshal.GetValueRefOrNullRef(_repeats, new RepeatedCall(tool, hash));
            if (!Unsafe.IsNullRef(ref known))
            {
                repeats = ++known;
            }
            else if (_repeats.Count < MaxRemembered)
            {
                _repeats.Add(new RepeatedCall(tool, hash), repeats = 1);
            }

            if (Journal is not null)
            {
                repeats = CountKept(tool, repeats);
            }

            bool repeated = repeats > options.MaxRepeats;
            if (!repeated && CountInWindow(now) <= options.MaxBurst || IsTold(SignalKind.Runaway))
            {
                return null;
            }

            if (repeated)
            {
                return $"'{tool}' was called {repeats} times with the same arguments";
            }

            return $"more than {options.MaxBurst} calls started within {options.BurstWindow.TotalSeconds:0.#} s";
        }
    }

    /// <summary>Counts a denial. What looks like probing about it, or null.</summary>
    internal string? CountDenial(ToolDescriptor tool, string? effect, long denials)
    {
        lock (_watching)
        {
            int ofTool = 0;
            if (_denialsOfTool.TryGetValue(tool.Name, out int before) || _denialsOfTool.Count < MaxRemembered)
            {
                ofTool = _denialsOfTool[tool.Name] = before + 1;
            }

            if (effect is not null && _deniedEffects.Count < MaxRemembered)
            {
                if (_deniedEffects.TryAdd(effect, tool.Name) && Journal is not null)
                {
                    Journal.Note($"{TaskNotes.Effect}/{TaskJournal.HashOf(Journal.Task.Id, effect)}", tool.Name);
                }
            }

            if (tool.Risk > _highestDenied)
            {
                _risingDenials += _highestDenied == default ? 0 : 1;
                _highestDenied = tool.Risk;
            }

            return ofTool > options.MaxDenialsOfOneTool ? $"'{tool.Name}' was denied {ofTool} times, with whatever arguments"
                : denials > options.MaxDenials ? $"{denials} calls were denied"
                : _risingDenials >= 2 ? "calls of ever more dangerous tools were denied"
                : null;
        }
    }

    /// <summary>The other tool by which the same effect on the same resource was denied, or null.</summary>
    internal string? DeniedBefore(ToolDescriptor tool, string effect)
    {
        lock (_watching)
        {
            return (_deniedEffects.TryGetValue(effect, out string? other) || TryGetFromBefore(effect, out other)) && other != tool.Name ? other : null;
        }
    }

    /// <summary>About how many calls started within the window that ends now: of the window before, the share that still counts.</summary>
    private double CountInWindow(long now)
    {
        now = Math.Max(now, _windowStart); // it was read before the lock was held, and another may have read it later and come first
        TimeSpan since = _windowStart == 0 ? options.BurstWindow * 2 : time.GetElapsedTime(_windowStart, now);
        if (since >= options.BurstWindow)
        {
            _inWindowBefore = since < options.BurstWindow * 2 ? _inWindow : 0;
            _inWindow = 0;
            _windowStart = now;
            since = TimeSpan.Zero;
        }

        _inWindow++;
        return _inWindow + (_inWindowBefore * (1 - (since / options.BurstWindow)));
    }

    /// <summary>A tool and a hash of its name and the arguments, which finds the place.</summary>
    private readonly record struct RepeatedCall(string Tool, int Hash)
    {
        public bool Equals(RepeatedCall other) => Hash == other.Hash && Tool == other.Tool;

        public override int GetHashCode() => Hash;
    }
}
