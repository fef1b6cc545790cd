using System.Collections.Immutable;
using System.Text;

using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>
/// Reads revocations as they lie in SQLite's own memory: a million of them stand between a restart and the first permit. What is the same from
/// row to row (tenant, reason, principal) becomes one object.
/// </summary>
internal sealed class RevocationReading(sqlite3_stmt row)
{
    private readonly Last<TenantId> _tenant = new(static utf8 => new TenantId(Encoding.UTF8.GetString(utf8)));
    private readonly Last<string> _reason = new(Encoding.UTF8.GetString);
    private readonly Last<string> _byId = new(Encoding.UTF8.GetString);
    private readonly Last<TenantId> _byTenant = new(static utf8 => new TenantId(Encoding.UTF8.GetString(utf8)));
    private readonly Last<string[]> _byRoles = new(static utf8 => [.. TextList.Read(utf8)]);
    private Principal? _by;

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
        RevocationTarget target = RevocationTarget.FromStore(
            kind, kind == RevocationKind.Everything ? default : _tenant.Of(raw.sqlite3_column_blob(row, 2)), Encoding.UTF8.GetString(raw.sqlite3_column_blob(row, 3)));
        if (raw.sqlite3_column_int(row, 4) != 0)
        {
            return new RevocationChange(target, null);
        }

        return new RevocationChange(target, new RevocationEntry
        {
            Target = target,
            By = By(),
            Reason = _reason.Of(raw.sqlite3_column_blob(row, 9)),
            Cause = (RevocationCause)raw.sqlite3_column_int(row, 10),
            At = new DateTimeOffset(raw.sqlite3_column_int64(row, 11), TimeSpan.Zero),
            ExpiresAt = raw.sqlite3_column_type(row, 12) == raw.SQLITE_NULL ? null : new DateTimeOffset(raw.sqlite3_column_int64(row, 12), TimeSpan.Zero),
        });
    }

    private Principal? By()
    {
        if (raw.sqlite3_column_type(row, 5) == raw.SQLITE_NULL)
        {
            return null;
        }

        PrincipalKind kind = (PrincipalKind)raw.sqlite3_column_int(row, 5);
        string id = _byId.Of(raw.sqlite3_column_blob(row, 6));
        TenantId tenant = _byTenant.Of(raw.sqlite3_column_blob(row, 7));
        string[] roles = _byRoles.Of(raw.sqlite3_column_blob(row, 8));
        if (_by is null || _by.Kind != kind || !ReferenceEquals(_by.Id, id) || _by.Tenant != tenant || !_by.Roles.AsSpan().SequenceEqual(roles))
        {
            _by = Principal.FromStore(kind, id, tenant, roles);
        }

        return _by;
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
