using System.Text;

using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>
/// Reads revocations as they lie in SQLite's own memory: a million of them stand between a restart and the first permit. What is the same from
/// row to row (the tenant, who and why) becomes one object.
/// </summary>
internal sealed class RevocationReading(sqlite3_stmt row)
{
    private readonly Last<TenantId> _tenant = new(static utf8 => new TenantId(Encoding.UTF8.GetString(utf8)));
    private readonly Last<RevocationWhy> _why = new(RevocationWhy.Read);

    internal static long Read(SqliteConnection connection, string sql, long after, Action<RevocationChange> changes, CancellationToken cancellationToken)
    {
        sqlite3 db = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(db, sql, out sqlite3_stmt statement), db);
        using (statement)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(statement, 1, after), db);
            RevocationReading reading = new(statement);
            long position = after;
            int code;
            for (int n = 0; (code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW; n++)
            {
                if ((n & 0x3FF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                position = raw.sqlite3_column_int64(statement, 0);
                changes(reading.Current());
            }

            if (code != raw.SQLITE_DONE)
            {
                SqliteException.ThrowExceptionForRC(code, db);
            }

            return position;
        }
    }

    private RevocationChange Current()
    {
        RevocationKind kind = (RevocationKind)raw.sqlite3_column_int(row, 1);
        TenantId tenant = kind == RevocationKind.Everything ? default : _tenant.Of(raw.sqlite3_column_blob(row, 2));
        RevocationTarget target = RevocationTarget.FromStore(kind, tenant, Encoding.UTF8.GetString(raw.sqlite3_column_blob(row, 3)));
        ReadOnlySpan<byte> stored = raw.sqlite3_column_blob(row, 4);
        if (stored.IsEmpty)
        {
            return new RevocationChange(target, null);
        }

        RevocationWhy why = _why.Of(stored);
        long expires = raw.sqlite3_column_int64(row, 6); // 0 for none
        return new RevocationChange(target, new RevocationEntry
        {
            Target = target,
            By = why.By,
            Reason = why.Reason,
            Cause = why.Cause,
            Incident = why.Incident,
            At = new DateTimeOffset(raw.sqlite3_column_int64(row, 5), TimeSpan.Zero),
            ExpiresAt = expires == 0 ? null : new DateTimeOffset(expires, TimeSpan.Zero),
        });
    }

    /// <summary>What a column's bytes stand for, made anew only when they differ from those of the row before.</summary>
    private sealed class Last<T>(Last<T>.Make make)
    {
        private byte[] _utf8 = [];
        private T? _value;
        private bool _isSet;

        internal delegate T Make(ReadOnlySpan<byte> utf8);

        internal T Of(ReadOnlySpan<byte> utf8)
        {
            if (!_isSet || !utf8.SequenceEqual(_utf8))
            {
                _utf8 = utf8.ToArray();
                _value = make(utf8);
                _isSet = true;
            }

            return _value!;
        }
    }
}
