using System.Security.Cryptography;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite.Tests.Audit;

/// <summary>A directory with one log in it, the key it is signed with and the checkpoints that were kept elsewhere.</summary>
internal sealed class WrittenDatabase : IDisposable
{
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("intentauthz-audit-");

    internal string Folder => _directory.FullName;

    internal string LogPath => Path.Combine(Folder, "audit.db");

    internal List<AuditCheckpoint> Kept { get; } = [];

    internal AuditFileOptions Options(Action<AuditFileOptions>? more = null)
    {
        AuditFileOptions options = new() { SigningKey = s_key, CheckpointWritten = Kept.Add };
        more?.Invoke(options);
        return options;
    }

    internal async Task WriteAsync(int records, AuditFileOptions? options = null, int first = 0)
    {
        await using SqliteAuditSink sink = new(LogPath, options ?? Options());
        foreach (int[] batch in Enumerable.Range(first, records).Chunk(100))
        {
            await sink.WriteAsync(batch.Select(Record).ToArray(), CancellationToken.None);
        }
    }

    /// <summary>Verifies the chain alone: a log that was begun just now has no checkpoint yet.</summary>
    internal AuditVerification VerifyChain() => AuditVerifier.Verify(SqliteAuditLog.At(LogPath));

    internal AuditVerification Verify(params AuditCheckpoint[] kept) => AuditVerifier.Verify(SqliteAuditLog.At(LogPath), Against(kept));

    internal static AuditVerifyOptions Against(params AuditCheckpoint[] kept)
    {
        AuditVerifyOptions options = new() { Keys = { ["audit"] = s_key } };
        foreach (AuditCheckpoint checkpoint in kept)
        {
            options.Checkpoints.Add(checkpoint);
        }

        return options;
    }

    /// <summary>Runs SQL on the database as somebody who has the file can: with the table's type made writable for anything.</summary>
    internal void Run(string sql) => Run(LogPath, sql);

    internal static void Run(string path, string sql)
    {
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own text
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    internal static AuditRecord Record(int n) => new()
    {
        Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("acme"), ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
    };

    public void Dispose() => _directory.Delete(recursive: true);
}
