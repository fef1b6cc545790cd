namespace IntentAuthz.Sqlite;

/// <summary>
/// The state could not be read or written: the disk is full, the file is damaged, foreign or of a newer version, or other processes held it too
/// long. The message names the fix. What was asked for was not done, unless <see cref="IsOutcomeUnknown"/>. It holds no record's content.
/// </summary>
public sealed class SqliteStateException : Exception
{
    internal SqliteStateException(string message, Exception? inner = null, int code = 0, bool outcomeUnknown = false)
        : base(message, inner)
    {
        SqliteErrorCode = code;
        IsOutcomeUnknown = outcomeUnknown;
    }

    /// <summary>SQLite's result code (https://sqlite.org/rescode.html), such as 13 for a full disk; 0 where SQLite was not asked.</summary>
    public int SqliteErrorCode { get; }

    /// <summary>Whether the write may have been done all the same: the device failed while it was being made durable.</summary>
    public bool IsOutcomeUnknown { get; }
}
