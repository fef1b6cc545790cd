using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite.Tests.Audit;

/// <summary>The audit in SQLite: the same chain as in a file, durable when it is acknowledged, in files that follow each other.</summary>
public sealed class SqliteAuditSinkTests : IDisposable
{
    private readonly WrittenDatabase _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Verify_LogAsItWasWritten_IsIntactSignedAndClosed()
    {
        await _log.WriteAsync(2_500);

        AuditVerification found = _log.Verify(_log.Kept[^1]);

        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal((0, 2_500, true, true, false), (found.FirstRecord, found.Records, found.IsSigned, found.IsClosed, found.EndsTorn));
    }

    [Fact]
    public async Task Write_LogThatWasOpenedAgain_IsOneChain()
    {
        await _log.WriteAsync(10);
        await _log.WriteAsync(10, first: 10);

        Assert.Equal((true, 20L), (_log.Verify().IsIntact, _log.Verify().Records));
    }

    [Theory]
    [InlineData('x', 17 * 1024 * 1024)] // too many characters
    [InlineData('\u0001', 3 * 1024 * 1024)] // too many bytes, six a character
    public async Task Write_RecordTooLongForARow_IsWithheldAndThoseBesideItAreWritten(char of, int count)
    {
        AuditRecord giant = WrittenDatabase.Record(1) with { Call = new CallId("call_1"), Policies = [new string(of, count)] };
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options()))
        {
            await sink.WriteAsync(new[] { WrittenDatabase.Record(0), giant, WrittenDatabase.Record(2) }, CancellationToken.None);
        }

        await _log.WriteAsync(1, first: 3);

        AuditVerification found = _log.Verify();
        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal(4, found.Records);
    }

    [Fact]
    public async Task Lines_WrittenOutInOrder_AreALogOfTheOtherSink()
    {
        // One chain, two places: what SQL reads out line by line is a log that AuditVerifier understands.
        await _log.WriteAsync(1_200);
        string file = Path.Combine(_log.Folder, "out.jsonl");
        using (SqliteConnection connection = new($"Data Source={_log.LogPath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT content FROM line ORDER BY number";
            using SqliteDataReader rows = command.ExecuteReader();
            using StreamWriter writer = new(file);
            while (rows.Read())
            {
                writer.Write(rows.GetString(0) + "\n");
            }
        }

        AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(file), WrittenDatabase.Against(_log.Kept[^1]));

        Assert.True(found.IsIntact && found.Records == 1_200, string.Join('\n', found.Findings));
    }

    [Fact]
    public async Task Query_BySql_FindsARecord()
    {
        await _log.WriteAsync(20);
        using SqliteConnection connection = new($"Data Source={_log.LogPath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT content ->> '$.n' FROM line WHERE content ->> '$.record.explanation' = 'record 7'";

        Assert.Equal("7", $"{command.ExecuteScalar()}");
    }

    [Fact]
    public async Task Write_FullFiles_ArePutAsideAndVerifiedAsOneLog()
    {
        await _log.WriteAsync(2_000, _log.Options(o => o.MaxFileBytes = 64 * 1024));

        string[] aside = Directory.GetFiles(_log.Folder, "audit.0*.db");
        Assert.True(aside.Length > 2, $"{aside.Length} files were put aside");
        AuditVerification found = _log.Verify(_log.Kept[^1]);
        Assert.True(found.IsIntact && found.Records == 2_000, string.Join('\n', found.Findings));

        File.Delete(aside.Order(StringComparer.Ordinal).First());
        AuditVerification rest = _log.Verify();
        Assert.True(rest.IsIntact && rest.FirstRecord > 0, "files that were moved away after a time are no change of the others");
        File.Delete(aside.Order(StringComparer.Ordinal).ElementAt(2));
        Assert.Equal(AuditFindingCode.WrongFile, _log.Verify().Findings[0].Code);
    }

    [Fact]
    public async Task Write_WhileSomebodyReads_PutsTheFullFileAsideLater()
    {
        AuditFileOptions small = _log.Options(o => o.MaxFileBytes = 64 * 1024);
        await using (SqliteAuditSink sink = new(_log.LogPath, small))
        {
            await sink.WriteAsync(new[] { WrittenDatabase.Record(0) }, CancellationToken.None);
            using (SqliteConnection reading = new($"Data Source={_log.LogPath};Mode=ReadOnly;Pooling=False"))
            {
                reading.Open();
                using SqliteCommand command = reading.CreateCommand();
                command.CommandText = "SELECT content FROM line";
                using SqliteDataReader rows = command.ExecuteReader();
                Assert.True(rows.Read());
                await sink.WriteAsync(Enumerable.Range(1, 500).Select(WrittenDatabase.Record).ToArray(), CancellationToken.None);
                Assert.Empty(Directory.GetFiles(_log.Folder, "audit.0*.db"));
            }

            await sink.WriteAsync(new[] { WrittenDatabase.Record(501) }, CancellationToken.None);
            Assert.Single(Directory.GetFiles(_log.Folder, "audit.0*.db"));
            await sink.WriteAsync(new[] { WrittenDatabase.Record(502) }, CancellationToken.None);
        }

        AuditVerification found = _log.Verify();
        Assert.True(found.IsIntact && found.Records == 503, string.Join('\n', found.Findings));
    }

    [Fact]
    public async Task Write_ProcessThatDiedBetweenTwoFiles_GoesOnWithTheChain()
    {
        await _log.WriteAsync(1_000);
        File.Move(_log.LogPath, Path.Combine(_log.Folder, "audit.000000.db"));

        await _log.WriteAsync(5);

        AuditVerification found = _log.Verify();
        Assert.True(found.IsIntact && found.Records == 1_005, string.Join('\n', found.Findings));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_ProcessThatDiedWhileItMadeTheNextFile_IsNoAlteredLogAndGoesOn(bool hasMode)
    {
        await _log.WriteAsync(1_000);
        File.Move(_log.LogPath, Path.Combine(_log.Folder, "audit.000000.db"));
        if (hasMode)
        {
            _log.Run("PRAGMA journal_mode = WAL");
        }
        else
        {
            await File.WriteAllBytesAsync(_log.LogPath, []);
        }

        AuditVerification found = _log.Verify();
        Assert.True(found.IsIntact && found.Records == 1_000, string.Join('\n', found.Findings));
        await _log.WriteAsync(5);
        Assert.Equal((true, 1_005L), (_log.Verify().IsIntact, _log.Verify().Records));
    }

    [Fact]
    public async Task Open_SecondWriter_IsRefused()
    {
        await using SqliteAuditSink sink = new(_log.LogPath);

        IOException refusal = Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath));

        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TheHostsStateFile_IsRefusedAndLeftAsItIs()
    {
        await using (SqliteState state = SqliteState.Open(new SqliteStateOptions { Path = _log.LogPath }))
        {
        }

        byte[] before = await File.ReadAllBytesAsync(_log.LogPath);
        Assert.Contains("something else", Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath)).Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_log.LogPath));
        Assert.False(_log.Verify().IsIntact);
    }

    [Fact]
    public async Task Open_NoDatabase_IsRefusedAndLeftAsItIs()
    {
        await File.WriteAllTextAsync(_log.LogPath, "somebody's notes, longer than a head");

        Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath));

        Assert.StartsWith("somebody's", await File.ReadAllTextAsync(_log.LogPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_File_IsForItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SqliteAuditSink sink = new(_log.LogPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_log.LogPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_log.LogPath + "-wal"));
    }

    [Fact]
    public async Task Verify_WhileTheHostWrites_ReadsWhatIsAcknowledged()
    {
        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        for (int i = 0; i < 20; i++)
        {
            await sink.WriteAsync(Enumerable.Range(i * 50, 50).Select(WrittenDatabase.Record).ToArray(), CancellationToken.None);
            AuditVerification found = _log.VerifyChain();
            Assert.True(found.IsIntact && found.Records == (i + 1) * 50, string.Join('\n', found.Findings));
        }
    }

    [Fact]
    public async Task Write_DatabaseHeldByAnother_FailsAndGoesOnOnceItIsFree()
    {
        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await sink.WriteAsync(new[] { WrittenDatabase.Record(0) }, CancellationToken.None);
        using (SqliteConnection hog = new($"Data Source={_log.LogPath};Pooling=False"))
        {
            hog.Open();
            using SqliteTransaction held = hog.BeginTransaction(deferred: false);
            IOException busy = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None));
            Assert.Contains("Another program", busy.Message, StringComparison.Ordinal);
        }

        await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None);

        Assert.Equal((true, 2L), (_log.VerifyChain().IsIntact, _log.VerifyChain().Records));
    }

    [Fact]
    public async Task Prove_ARecord_Holds()
    {
        await _log.WriteAsync(300);

        AuditInclusionProof proof = AuditVerifier.Prove(SqliteAuditLog.At(_log.LogPath), 123)!;

        Assert.Contains("record 123\"", proof.Record, StringComparison.Ordinal);
        Assert.True(proof.Holds());
    }
}
