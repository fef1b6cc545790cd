using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The latest events of a task: a ring, so that adding one takes the same time however many there were. Safe for use by many threads.</summary>
internal sealed class EventLog(int capacity)
{
    private readonly Lock _adding = new(); // protects the ring
    private TaskEvent[]? _ring; // made with the first event
    private long _count;

    internal void Add(TaskEvent added)
    {
        lock (_adding)
        {
            _ring ??= new TaskEvent[capacity];
            _ring[_count % capacity] = added;
            _count++;
            if (added.Sequence == 0)
            {
                added.Sequence = _count; // by the task it happened in, which adds it first
            }
        }
    }

    /// <summary>What is kept, the oldest first.</summary>
    internal ImmutableArray<TaskEvent> Read()
    {
        lock (_adding)
        {
            if (_ring is null)
            {
                return [];
            }

            int kept = (int)Math.Min(_count, capacity);
            ImmutableArray<TaskEvent>.Builder events = ImmutableArray.CreateBuilder<TaskEvent>(kept);
            for (long i = _count - kept; i < _count; i++)
            {
                events.Add(_ring[i % capacity]);
            }

            return events.MoveToImmutable();
        }
    }
}
