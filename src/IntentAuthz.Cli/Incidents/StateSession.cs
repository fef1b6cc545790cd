using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Incidents;

/// <summary>A host's state file, opened for the time of one verb: what is there of incidents, and the way to write a step and wait for the hosts' word.</summary>
internal sealed class StateSession : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);

    private readonly Dictionary<IncidentId, List<IncidentEntry>> _entries = [];
    private readonly SqliteState _state;
    private long _position;

    private StateSession(SqliteState state) => _state = state;

    /// <summary>Names this run of the command line among those who write.</summary>
    public string Origin { get; } = $"{IncidentEntry.OutsideOrigin}{Guid.NewGuid():N}";

    public SqliteState State => _state;

    /// <summary>Opens a file that is there; making one would look as if nothing were the matter. Nothing is read yet.</summary>
    /// <exception cref="IOException">There is none.</exception>
    /// <exception cref="SqliteStateException">It cannot be used.</exception>
    public static StateSession Open(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new IOException($"There is no state file {file.FullName}; name the one that the host was given with UseSqlite.");
        }

        // The whole file is not checked for damage: that takes time in proportion to it, and whoever freezes has none.
        return new StateSession(SqliteState.Open(new SqliteStateOptions { Path = file.FullName, CheckOnOpen = false }));
    }

    public IEnumerable<Incident> Incidents => _entries.Values.Select(Incident.FromEntries).OfType<Incident>();

    public Incident? Find(IncidentId id) => _entries.TryGetValue(id, out var entries) ? Incident.FromEntries(entries) : null;

    /// <summary>Reads what there is of incidents, or what is new.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        long before;
        do
        {
            before = _position;
            _position = await _state.Incidents.ReadAsync(_position, Take, cancellation).ConfigureAwait(false);
        }
        while (_position != before);
    }

    public IncidentEntry Entry(Incident of, IncidentEntryKind kind, string by, string text, string? data = null) => new()
    {
        Incident = of.Id, Tenant = of.Tenant, Kind = kind, At = DateTimeOffset.UtcNow, By = by, Text = text, Data = data, Origin = Origin,
    };

    public async Task AppendAsync(IncidentEntry entry, CancellationToken cancellation)
    {
        await _state.Incidents.AppendAsync(entry, cancellation).ConfigureAwait(false);
        await ReadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until an incident's timeline says something. Cancelling ends the wait and no more: what was written stands, and has to be told.</summary>
    /// <returns>What says so; null when nothing did in time.</returns>
    public async Task<IncidentEntry?> WaitAsync(IncidentId id, Func<IncidentEntry, bool> wanted, TimeSpan patience, CancellationToken cancellation)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        try
        {
            while (true)
            {
                await ReadAsync(cancellation).ConfigureAwait(false);
                if (_entries.TryGetValue(id, out var entries) && entries.FindLast(e => wanted(e)) is { } found)
                {
                    return found;
                }

                if (Environment.TickCount64 >= until)
                {
                    return null;
                }

                await Task.Delay(s_poll, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    private void Take(IncidentEntry entry)
    {
        if (!_entries.TryGetValue(entry.Incident, out var entries))
        {
            _entries.Add(entry.Incident, entries = []);
        }

        entries.Add(entry);
    }
}
