namespace IntentAuthz;

/// <summary>A task's calls in flight. Entering and leaving take a short lock of the task's own and allocate nothing.</summary>
internal sealed class InFlightCalls
{
    private readonly Lock _listing = new(); // protects the list, and that each in it has its call
    private InFlightCall? _first;

    internal void Enter(InFlightCall call)
    {
        lock (_listing)
        {
            call.Next = _first;
            if (_first is not null)
            {
                _first.Previous = call;
            }

            _first = call;
        }
    }

    internal void Leave(InFlightCall call)
    {
        lock (_listing)
        {
            if (call.Previous is not null)
            {
                call.Previous.Next = call.Next;
            }
            else if (ReferenceEquals(_first, call))
            {
                _first = call.Next;
            }

            if (call.Next is not null)
            {
                call.Next.Previous = call.Previous;
            }

            call.Previous = null;
            call.Next = null;
            call.Call = null;
        }

        call.Dispose();
    }

    /// <summary>Those at this moment, of one tool or of all.</summary>
    internal void AddTo(List<LiveCall> calls, string? tool)
    {
        lock (_listing)
        {
            for (InFlightCall? listed = _first; listed is not null; listed = listed.Next)
            {
                CallContext call = listed.Call!;
                if (tool is null || call.Tool.Name == tool)
                {
                    calls.Add(new LiveCall(call.Id, call.Task.Id, call.Tool.Name, call.Credential?.Lease.Id, call.Tool.Containment, listed.WasDispatched));
                }
            }
        }
    }

    internal bool Contains(CallId id) => Any(call => call.Id == id);

    internal bool Any(Func<CallContext, bool> matches)
    {
        lock (_listing)
        {
            for (InFlightCall? listed = _first; listed is not null; listed = listed.Next)
            {
                if (matches(listed.Call!))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Stops the calls that match, and says how many.</summary>
    internal int Cancel(string reason, Func<CallContext, bool>? matches = null)
    {
        int stopped = 0;
        lock (_listing)
        {
            for (InFlightCall? listed = _first; listed is not null; listed = listed.Next)
            {
                if (matches is null || matches(listed.Call!))
                {
                    listed.Stop(reason);
                    stopped++;
                }
            }
        }

        return stopped;
    }
}
