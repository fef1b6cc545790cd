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
        lock (_adding)
        {
            int kept = (int)Math.Min(_count, _ring.Length);
            ImmutableArray<TaskEvent>.Builder events = ImmutableArray.CreateBuilder<TaskEvent>(kept);
            for (long i = _count - kept; i < _count; i++)
            {
                events.Add(_ring[i % _ring.Length].ToEvent());
            }

            return events.MoveToImmutable();
        }
    }
}
