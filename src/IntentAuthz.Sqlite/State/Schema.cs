namespace IntentAuthz.Sqlite;

/// <summary>What the file holds, by version. A step is never changed once it has been released: a file has been through all of them in order.</summary>
internal static class Schema
{
    /// <summary>"IAz1": says whose file it is (PRAGMA application_id), so that another program's database is never touched.</summary>
    internal const int ApplicationId = 0x49417A31;

    internal static int Version => s_steps.Length;

    /// <summary>What leads from version <paramref name="from"/> to the next.</summary>
    internal static string Step(int from) => s_steps[from];

    // Times are UTC ticks. A revocation has one row a target, which moves to the end of the order when it changes: a reader that comes late sees
    // the last word on each target and misses nothing. No why: it was lifted. AUTOINCREMENT: a position is never given twice, also after the last row was removed.
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE instance (
            id TEXT PRIMARY KEY,
            joined_at_position INTEGER NOT NULL,
            started_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE lease (
            id TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            tenant TEXT NOT NULL,
            task TEXT NOT NULL,
            agent TEXT NOT NULL,
            owner TEXT NOT NULL,
            profile TEXT NOT NULL,
            issuer TEXT NOT NULL,
            audience TEXT NOT NULL,
            scopes TEXT NOT NULL,
            only_for TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            renewable_until INTEGER NOT NULL,
            honoured_until INTEGER NOT NULL,
            handle TEXT,
            state INTEGER NOT NULL,
            failed_attempts INTEGER NOT NULL,
            irrevocable INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX lease_of_holder ON lease (holder);

        CREATE TABLE revocation (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            why TEXT,
            at INTEGER NOT NULL,
            expires_at INTEGER,
            UNIQUE (kind, tenant, id)
        ) STRICT;
        CREATE INDEX revocation_that_expires ON revocation (expires_at) WHERE expires_at IS NOT NULL;
        CREATE INDEX revocation_lifted ON revocation (position) WHERE why IS NULL;
        """,

        // No holder: no live process runs it. Notes are the library's to read; the columns are what operators and revocations look at.
        """
        CREATE TABLE task (
            id TEXT PRIMARY KEY,
            holder TEXT,
            tenant TEXT NOT NULL,
            agent TEXT NOT NULL,
            owner TEXT NOT NULL,
            purpose TEXT NOT NULL,
            links TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            state INTEGER NOT NULL,
            request_digest TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX task_of_holder ON task (holder);

        CREATE TABLE task_note (
            task TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (task, key)
        ) STRICT, WITHOUT ROWID;
        """,

        // Entries are only added, and removed with their whole incident. A setting is what the host says of itself to others who open the file.
        """
        CREATE TABLE incident_entry (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            incident TEXT NOT NULL,
            tenant TEXT NOT NULL,
            kind INTEGER NOT NULL,
            at INTEGER NOT NULL,
            by TEXT NOT NULL,
            text TEXT NOT NULL,
            data TEXT,
            regarding TEXT,
            origin TEXT NOT NULL
        ) STRICT;
        CREATE INDEX incident_entry_of ON incident_entry (incident);

        CREATE TABLE setting (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ];
}
