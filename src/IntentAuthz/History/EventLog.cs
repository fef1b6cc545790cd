using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The latest events of a task: a ring, so that adding one takes the same time however many there were. Safe for use by many threads.</summary>
internal sealed class EventLog(int capacity)
{
    private const int First = 16; // most tasks are short

    private readonly Lock _adding = new(); // protects the ring
    private LoggedEvent[] _ring = []; // grows up to the capacity
    private long _count;

    /// <summary>Adds an event and gives it its number, unless the log of the task it happened in has done so.</summary>
    internal void Add(ref LoggedEvent added)
    {
        lock (_adding)
        {
            if (_count == _ring.Length && _ring.Length < capacity)
            {
                Array.Resize(ref _ring, Math.Min(capacity, Math.Max(First, _ring.Length * 2)));
            }

            if (added.Sequence == 0)
            {
                added.Sequence = _count + 1;
            }

            _ring[_count % _ring.Length] = added;
            _count++;
        }
    }

    /// <summary>What is kept, the oldest first.</summary>
    internal ImmutableArray<TaskEvent> Read()
    {
        LoggedEvent[] kept;
        lock (_adding)
        {
            kept = new LoggedEvent[(int)Math.Min(_count, _ring.Length)];
            for (int i = 0; i < kept.Length; i++)
            {
                kept[i] = _ring[(_count - kept.Length + i) % _ring.Length];
            }
        }

        return ImmutableArray.CreateRange(kept.Select(static e => e.ToEvent())); // not under the lock, which every call of the task takes
    }
}
