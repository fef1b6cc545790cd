namespace IntentAuthz;

/// <summary>A task's calls in flight. Entering and leaving take a short lock of the task's own and allocate nothing.</summary>
internal sealed class InFlightCalls
{
    private readonly Lock _listing = new(); // protects the list
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
        }

        call.Dispose();
    }

    /// <summary>Those at this moment.</summary>
    internal void CopyTo(List<InFlightCall> calls)
    {
        lock (_listing)
        {
            for (InFlightCall? call = _first; call is not null; call = call.Next)
            {
                calls.Add(call);
            }
        }
    }

    internal bool Contains(CallId id) => Any(call => call.Id == id);

    internal bool Any(Func<InFlightCall, bool> matches)
    {
        lock (_listing)
        {
            for (InFlightCall? call = _first; call is not null; call = call.Next)
            {
                if (matches(call))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Stops the calls that match, and says how many.</summary>
    internal int Cancel(string reason, Func<InFlightCall, bool>? matches = null)
    {
        int stopped = 0;
        lock (_listing)
        {
            for (InFlightCall? call = _first; call is not null; call = call.Next)
            {
                if (matches is null || matches(call))
                {
                    call.Stop(reason);
                    stopped++;
                }
            }
        }

        return stopped;
    }
}
