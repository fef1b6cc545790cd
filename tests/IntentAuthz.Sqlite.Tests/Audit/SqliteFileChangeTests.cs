using System.Diagnostics;

namespace IntentAuthz.Sqlite.Tests.Audit;

/// <summary>What somebody else does to the database under its writer: no record is acknowledged that is not in the log.</summary>
public sealed class SqliteFileChangeTests : IDisposable
{
    private readonly WrittenDatabase _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Write_DatabaseReplacedByACopy_FailsUntilItIsBack()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there it cannot be replaced
        }

        string kept = Directory.CreateDirectory(Path.Combine(_log.Folder, "kept")).FullName;
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options()))
        {
            await WriteAsync(sink, 0);
            foreach (string file in Files())
            {
                string moved = Path.Combine(kept, Path.GetFileName(file));
                File.Move(file, moved);
                File.Copy(moved, file);
            }

            for (int i = 0; i < 3; i++)
            {
                IOException gone = await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, 1));
                Assert.Contains("replaced", gone.Message, StringComparison.Ordinal);
            }

            Assert.Equal(1, _log.Verify().Records);
            foreach (string file in Files())
            {
                File.Move(Path.Combine(kept, Path.GetFileName(file)), file, overwrite: true);
            }

            await WriteAsync(sink, 1);
        }

        AuditVerification found = _log.Verify();
        Assert.True(found is { IsIntact: true, IsClosed: true, Records: 2 }, string.Join('\n', found.Findings));
    }

    [Fact]
    public async Task Close_DatabaseReplacedByACopy_LeavesTheCopyWhole()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options()))
        {
            await WriteAsync(sink, 0);
            foreach (string file in Files())
            {
                File.Copy(file, file + ".copy");
                File.Move(file + ".copy", file, overwrite: true);
            }
        }

        Assert.Equal(1, _log.Verify().Records); // they are in the journal, which SQLite would delete by its name
    }

    [Fact]
    public async Task Write_JournalDeleted_Fails()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await WriteAsync(sink, 0);
        File.Delete(_log.LogPath + "-wal");

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, 1));
    }

    [Theory]
    [InlineData("DELETE FROM line WHERE number = 2")]
    [InlineData("DELETE FROM line WHERE number = (SELECT MAX(number) FROM line)")]
    [InlineData("INSERT INTO line VALUES (1000, 'theirs')")]
    [InlineData("INSERT INTO line VALUES (-1, 'theirs')")]
    [InlineData("UPDATE line SET content = content || ' ' WHERE number = 2")]
    public async Task Write_RowsChangedBySomebodyElse_FailsAndLeavesThem(string sql)
    {
        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await WriteAsync(sink, 0);
        await WriteAsync(sink, 1);
        _log.Run(sql);

        for (int i = 0; i < 2; i++)
        {
            IOException touched = await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, 2));
            Assert.Contains("somebody else", touched.Message, StringComparison.Ordinal);
        }

        Assert.False(_log.Verify() is { IsIntact: true, Records: > 1 });
    }

    [Fact]
    public async Task Write_JournalEmptiedBySomebodyElse_GoesOn()
    {
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options()))
        {
            await WriteAsync(sink, 0);
            _log.Run("PRAGMA wal_checkpoint(TRUNCATE)");
            await WriteAsync(sink, 1);
        }

        Assert.Equal((true, 2L), (_log.Verify().IsIntact, _log.Verify().Records));
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("hard link")]
    [InlineData("lock file deleted")]
    public async Task Open_DatabaseThatIsWrittenUnderAnotherName_IsRefused(string how)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await WriteAsync(sink, 0);
        string other = Path.Combine(_log.Folder, "other.db");
        switch (how)
        {
            case "symbolic link":
                File.CreateSymbolicLink(other, _log.LogPath);
                break;
            case "hard link":
                using (Process link = Process.Start("ln", [_log.LogPath, other]))
                {
                    await link.WaitForExitAsync();
                }

                break;
            default:
                other = _log.LogPath;
                File.Delete(_log.LogPath + ".lock");
                break;
        }

        IOException refusal = Assert.Throws<IOException>(() => new SqliteAuditSink(other));

        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _log.Verify().Records);
        Assert.Throws<IOException>(() => new SqliteAuditSink(other));
        await WriteAsync(sink, 1);
    }

    private static Task WriteAsync(SqliteAuditSink sink, int n) => sink.WriteAsync(new[] { WrittenDatabase.Record(n) }, CancellationToken.None).AsTask();

    private string[] Files() => Directory.GetFiles(_log.Folder, "audit.db*").Where(static f => !f.EndsWith(".lock", StringComparison.Ordinal)).ToArray();
}
