namespace IntentAuthz.Sqlite;

/// <summary>Where the state is kept, and how long to wait for others who write to it.</summary>
public sealed class SqliteStateOptions
{
    /// <summary>
    /// The file. Its directory must exist, be on a local file system (WAL needs shared memory, so no network share) and be writable by nobody
    /// else: beside the file lie <c>-wal</c>, <c>-shm</c> and one <c>.live</c> file a process.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>How long a write waits for other processes before it fails. 100 ms to 1 minute.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the whole file is checked for damage when it is opened. A damaged page is otherwise found when it is read, and refused then. It
    /// takes time in proportion to the file.
    /// </summary>
    public bool CheckOnOpen { get; set; } = true;

    /// <summary>The most pages the file may grow to, of 4 KiB each; null for as many as the disk holds. 64 or more.</summary>
    public int? MaxPages { get; set; }

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("SqliteStateOptions.Path is empty; name the file, such as \"state.db\".", nameof(Path));
        }

        string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) ?? "";
        if (!Directory.Exists(directory))
        {
            throw new ArgumentException($"The directory of SqliteStateOptions.Path does not exist: {directory}. Make it, readable by the host's user alone.", nameof(Path));
        }

        if (BusyTimeout < TimeSpan.FromMilliseconds(100) || BusyTimeout > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentOutOfRangeException(nameof(BusyTimeout), BusyTimeout, "SqliteStateOptions.BusyTimeout must be between 100 ms and 1 minute.");
        }

        if (MaxPages < 64)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxPages), MaxPages, "SqliteStateOptions.MaxPages must be 64 or more, or null.");
        }
    }
}
