using System.Globalization;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>The timelines of incidents in the file, one log in the order of commits.</summary>
internal sealed class SqliteIncidentStore(StateFile file, StateWriter writer) : IIncidentStore, IDisposable
{
    private const int MaxRead = 100_000; // entries at a time; the next reading goes on

    private const string Columns = "id, incident, tenant, kind, at, by, text, data, regarding, origin";

    private const string Insert =
        $"INSERT INTO incident_entry ({Columns}) VALUES ($id, $incident, $tenant, $kind, $at, $by, $text, $data, $regarding, $origin) ON CONFLICT (id) DO NOTHING";

    private const string RemoveClosed =
        "DELETE FROM incident_entry WHERE incident IN (SELECT incident FROM incident_entry WHERE kind = $closed AND at < $before)";

    private readonly StateReader _reader = new(file);
    private long _versionRead = -1; // of the reader alone, as is the next
    private long _positionRead = -1;

    public bool IsShared => true;

    public async ValueTask AppendAsync(IncidentEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        (string, object?)[] values =
        [
            ("$id", entry.Id), ("$incident", entry.Incident.Value), ("$tenant", entry.Tenant.Value), ("$kind", (long)entry.Kind), ("$at", entry.At.UtcTicks),
            ("$by", entry.By), ("$text", entry.Text), ("$data", entry.Data), ("$regarding", entry.Regarding), ("$origin", entry.Origin),
        ];

        // Also by a process that was taken over: what it has seen, it has seen.
        await writer.WriteAsync(statements => statements.Run(Insert, values), needsToLive: false, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<long> ReadAsync(long after, Action<IncidentEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return _reader.ReadAsync((connection, cancelled) => Read(connection, after, entries, cancelled), cancellationToken);
    }

    public async ValueTask RemoveClosedAsync(DateTimeOffset before, CancellationToken cancellationToken) => await writer.WriteAsync(
        statements => statements.Run(RemoveClosed, ("$closed", (long)IncidentEntryKind.Closed), ("$before", before.UtcTicks)), needsToLive: false, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _reader.Dispose();

    private long Read(SqliteConnection connection, long after, Action<IncidentEntry> entries, CancellationToken cancellationToken)
    {
        // It moves when another connection has committed. Read before the rows: what comes between the two is read twice rather than missed.
        long version = StateFile.Ask(connection, "PRAGMA data_version");
        if (version == _versionRead && after == _positionRead)
        {
            return after;
        }

        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT position, {Columns} FROM incident_entry WHERE position > $after ORDER BY position LIMIT $most";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$most", MaxRead);
        using SqliteDataReader row = command.ExecuteReader();
        long position = after;
        int read = 0;
        while (row.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            position = row.GetInt64(0);
            read++;
            if (TryRead(row) is { } entry)
            {
                entries(entry);
            }
        }

        if (read < MaxRead)
        {
            _versionRead = version;
            _positionRead = position;
        }

        return position;
    }

    /// <summary>An entry that this version cannot read, such as one of a newer one, is left out: it must not keep anybody from stopping what the others tell of.</summary>
    private static IncidentEntry? TryRead(SqliteDataReader row)
    {
        try
        {
            return ReadEntry(row);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    private static IncidentEntry ReadEntry(SqliteDataReader row) => new()
    {
        Id = row.GetString(1),
        Incident = new IncidentId(row.GetString(2)),
        Tenant = new TenantId(row.GetString(3)),
        Kind = (IncidentEntryKind)row.GetInt32(4) is var kind && Enum.IsDefined(kind)
            ? kind : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{kind} is no kind of entry.")),
        At = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
        By = row.GetString(6),
        Text = row.GetString(7),
        Data = row.IsDBNull(8) ? null : row.GetString(8),
        Regarding = row.IsDBNull(9) ? null : row.GetString(9),
        Origin = row.GetString(10),
    };
}
