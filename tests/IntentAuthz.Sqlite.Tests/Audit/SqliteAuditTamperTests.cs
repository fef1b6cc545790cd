using System.Security.Cryptography;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite.Tests.Audit;

/// <summary>Whatever somebody who has the file does to it: it is found, and the host does not go on with such a log.</summary>
public sealed class SqliteAuditTamperTests : IDisposable
{
    private readonly WrittenDatabase _log = new();

    private static bool IsLong => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    public void Dispose() => _log.Dispose();

    // Row 1 is the header, so row 21 is record 19.
    public static TheoryData<string, string, long> Changes => new()
    {
        { "a record changed", "UPDATE line SET content = replace(content, 'record 19', 'record 91') WHERE number = 21", 21 },
        { "a space put in", "UPDATE line SET content = replace(content, '\"record\":', '\"record\": ') WHERE number = 21", 21 },
        { "a hash changed", "UPDATE line SET content = substr(content, 1, length(content) - 5) || 'AA' || '\"}' WHERE number = 21", 21 },
        { "a row taken out", "DELETE FROM line WHERE number = 21", 22 },
        { "a row taken out and the hole closed", "DELETE FROM line WHERE number = 21; UPDATE line SET number = number - 1 WHERE number > 21", 21 },
        { "all rows with other numbers", "UPDATE line SET number = -number; UPDATE line SET number = 1 - number", 2 },
        { "a hole in the numbers alone", "UPDATE line SET number = -number WHERE number > 20; UPDATE line SET number = 1 - number WHERE number < 0", 22 },
        { "a row twice", "UPDATE line SET number = -number WHERE number > 21; UPDATE line SET number = 1 - number WHERE number < 0; INSERT INTO line SELECT 22, content FROM line WHERE number = 21", 22 },
        { "a row twice, at the end", "INSERT INTO line SELECT (SELECT max(number) + 1 FROM line), content FROM line WHERE number = 21", 53 },
        { "two rows in the other order", "UPDATE line SET number = -1 WHERE number = 21; UPDATE line SET number = 21 WHERE number = 22; UPDATE line SET number = 22 WHERE number = -1", 21 },
        { "a row with a negative number", "INSERT INTO line SELECT -9223372036854775808, content FROM line WHERE number = 21", long.MinValue },
        { "a row with the number nought", "INSERT INTO line VALUES (0, '{}')", 0 },
        { "a row with the greatest number", "INSERT INTO line SELECT 9223372036854775807, content FROM line WHERE number = 52", long.MaxValue },
        { "an empty row", "UPDATE line SET content = '' WHERE number = 21", 21 },
        { "a row with a null character", "UPDATE line SET content = content || char(0) WHERE number = 21", 21 },
        { "two lines in one row", "UPDATE line SET content = (SELECT group_concat(content, char(10)) FROM line WHERE number IN (21, 22)) WHERE number = 21; DELETE FROM line WHERE number = 22", 21 },
        { "the header changed", "UPDATE line SET content = replace(content, '\"segment\":0', '\"segment\":1') WHERE number = 1", 2 }, // by itself it could begin a log whose first file was moved away
        { "the header taken out", "DELETE FROM line WHERE number = 1", 2 },
        { "the checkpoint changed", "UPDATE line SET content = replace(content, '\"closing\":true', '\"closing\":false') WHERE number = 52", 52 },
        { "everything taken out", "DELETE FROM line", 0 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Verify_RowsThatAreNotAsTheyWere_NamesTheRow(string what, string sql, long row)
    {
        await _log.WriteAsync(50);
        _log.Run(sql);

        AuditVerification found = _log.Verify();

        Assert.False(found.IsIntact, $"{what} was not found");
        Assert.True(row == found.Findings[0].Line, $"{what} is at row {row} and was named at {found.Findings[0]}");
        if (what is not ("everything taken out" or "the checkpoint changed"))
        {
            // The last checkpoint's signature alone tells of its change; who goes on with the log covers it by the chain, and it stays found.
            Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath));
        }
    }

    public static TheoryData<string, string> Shapes => new()
    {
        { "content kept as bytes", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE line (number INTEGER PRIMARY KEY, content TEXT NOT NULL)'; PRAGMA writable_schema = RESET; UPDATE line SET content = CAST(content AS BLOB)" },
        { "another table", "CREATE TABLE other (a)" },
        { "a trigger that takes away what is written", "CREATE TRIGGER t AFTER INSERT ON line BEGIN DELETE FROM line WHERE number = NEW.number; END" },
        { "a view in place of the table", "ALTER TABLE line RENAME TO kept; CREATE VIEW line AS SELECT number, content FROM kept" },
        { "a view without end in place of the table", "DROP TABLE line; CREATE VIEW line AS WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n) SELECT number, 'x' AS content FROM n" },
        { "an index", "CREATE INDEX i ON line (content)" },
        { "another column", "ALTER TABLE line ADD COLUMN more TEXT" },
        { "a generated column in place of what was written", "CREATE TABLE kept AS SELECT * FROM line; DROP TABLE line; CREATE TABLE line (number INTEGER PRIMARY KEY, kept TEXT, content TEXT AS (kept)) STRICT" },
        { "another program's number", "PRAGMA application_id = 1" },
        { "another version", "PRAGMA user_version = 2" },
        { "no table", "DROP TABLE line" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Verify_DatabaseThatTheWriterDidNotMakeSo_IsFoundAndNotGoneOnWith(string what, string sql)
    {
        await _log.WriteAsync(50);
        _log.Run(sql);

        Assert.False(_log.Verify().IsIntact, $"{what} was not found");
        Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath));
    }

    [Fact]
    public async Task Verify_AColumnOfBytesUnderTheSchemaOfText_IsFound()
    {
        // The table is made so that it takes anything, filled with bytes, and then given back the schema it is known by.
        await _log.WriteAsync(50);
        _log.Run("""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = 'CREATE TABLE line (number INTEGER PRIMARY KEY, content ANY NOT NULL)';
            PRAGMA writable_schema = RESET;
            UPDATE line SET content = CAST(content AS BLOB) WHERE number = 21;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = 'CREATE TABLE line (number INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT';
            """);

        AuditFinding found = _log.Verify().Findings[0];

        Assert.Equal((AuditFindingCode.UnreadableLine, 21L), (found.Code, found.Line));
        Assert.Throws<IOException>(() => new SqliteAuditSink(_log.LogPath));
    }

    [Fact]
    public async Task Write_ATriggerPutInWhileTheHostRuns_IsNotRun()
    {
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options()))
        {
            await sink.WriteAsync(new[] { WrittenDatabase.Record(0) }, CancellationToken.None);
            _log.Run("CREATE TRIGGER t AFTER INSERT ON line BEGIN DELETE FROM line WHERE number = NEW.number; END");
            await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None);
        }

        Assert.False(_log.Verify().IsIntact);
        _log.Run("DROP TRIGGER t");
        Assert.Equal((true, 2L), (_log.Verify(_log.Kept[^1]).IsIntact, _log.Verify().Records));
    }

    [Fact]
    public async Task Write_ARowPutInWhileTheHostRuns_FailsFromThereOn()
    {
        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await sink.WriteAsync(new[] { WrittenDatabase.Record(0) }, CancellationToken.None);
        _log.Run("INSERT INTO line SELECT (SELECT max(number) + 1 FROM line), content FROM line WHERE number = 2");

        IOException refusal = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None));

        Assert.Contains("somebody else", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None));
    }

    [Fact]
    public async Task Write_TheLogWasDeletedUnderTheHost_FailsUntilItIsBack()
    {
        await using SqliteAuditSink sink = new(_log.LogPath, _log.Options());
        await sink.WriteAsync(new[] { WrittenDatabase.Record(0) }, CancellationToken.None);
        File.Move(_log.LogPath, _log.LogPath + ".gone");

        IOException refusal = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None));

        Assert.Contains("deleted, moved", refusal.Message, StringComparison.Ordinal);
        File.Move(_log.LogPath + ".gone", _log.LogPath);
        await sink.WriteAsync(new[] { WrittenDatabase.Record(1) }, CancellationToken.None);
        Assert.Equal((true, 2L), (_log.VerifyChain().IsIntact, _log.VerifyChain().Records));
    }

    [Fact]
    public async Task Verify_TwoLogsOfOneKeySwapped_IsFoundByACheckpointKeptElsewhere()
    {
        using WrittenDatabase other = new();
        await _log.WriteAsync(50);
        await other.WriteAsync(50);
        File.Copy(other.LogPath, _log.LogPath, overwrite: true);

        Assert.True(_log.Verify().IsIntact, "alone it is a good log: only a checkpoint kept elsewhere knows which");
        Assert.Equal(AuditFindingCode.WrongFile, _log.Verify(_log.Kept[^1]).Findings[0].Code);
    }

    [Fact]
    public async Task Verify_AnOldCopyInPlaceOfTheLog_IsFoundByACheckpointKeptElsewhere()
    {
        await _log.WriteAsync(50);
        File.Copy(_log.LogPath, _log.LogPath + ".old");
        await _log.WriteAsync(50, first: 50);
        File.Copy(_log.LogPath + ".old", _log.LogPath, overwrite: true);

        Assert.Equal(AuditFindingCode.CutOff, _log.Verify(_log.Kept[^1]).Findings[0].Code);

        await _log.WriteAsync(60, first: 500); // gone on with by the host's own key: past the number, and not what was written
        Assert.False(_log.Verify(_log.Kept[1]).IsIntact);
    }

    [Fact]
    public async Task Verify_AFullFileAgainUnderTheNextNumber_IsFound()
    {
        await _log.WriteAsync(2_000, _log.Options(o => o.MaxFileBytes = 64 * 1024));
        File.Copy(Path.Combine(_log.Folder, "audit.000001.db"), Path.Combine(_log.Folder, "audit.000002.db"), overwrite: true);

        Assert.Equal(AuditFindingCode.WrongFile, _log.Verify().Findings[0].Code);
    }

    [Fact]
    public async Task Verify_JournalOfAnotherLogLeftBeside_ChangesNothingOrIsFound()
    {
        await _log.WriteAsync(50);
        using WrittenDatabase other = new();
        byte[] journal;
        await using (SqliteAuditSink sink = new(other.LogPath, other.Options()))
        {
            await sink.WriteAsync(Enumerable.Range(0, 50).Select(WrittenDatabase.Record).ToArray(), CancellationToken.None);
            journal = ReadShared(other.LogPath + "-wal");
        }

        await File.WriteAllBytesAsync(_log.LogPath + "-wal", journal);

        AuditVerification found = _log.Verify(_log.Kept[^1]);

        // A journal's checksums do not say whose it is: SQLite takes it, and then the database is the other one.
        Assert.True(!found.IsIntact || found is { Records: 50, LastCheckpoint: { } last } && last.Log == _log.Kept[0].Log, "another log's records were taken for this one's");
    }

    [Fact]
    public async Task Verify_JournalTakenAwayFromARunningHost_IsFoundByACheckpointKeptElsewhere()
    {
        using WrittenDatabase copy = new();
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options(o => o.RecordsPerCheckpoint = 10)))
        {
            await sink.WriteAsync(Enumerable.Range(0, 50).Select(WrittenDatabase.Record).ToArray(), CancellationToken.None);
            await File.WriteAllBytesAsync(copy.LogPath, ReadShared(_log.LogPath)); // without what is in the journal only
        }

        Assert.False(copy.Verify(_log.Kept[0]).IsIntact);
    }

    [Fact]
    public async Task Verify_JournalLeftByAKilledHost_IsPartOfTheLog()
    {
        using WrittenDatabase copy = new();
        await using (SqliteAuditSink sink = new(_log.LogPath, _log.Options(o => o.RecordsPerCheckpoint = 10)))
        {
            await sink.WriteAsync(Enumerable.Range(0, 50).Select(WrittenDatabase.Record).ToArray(), CancellationToken.None);
            await File.WriteAllBytesAsync(copy.LogPath, ReadShared(_log.LogPath));
            await File.WriteAllBytesAsync(copy.LogPath + "-wal", ReadShared(_log.LogPath + "-wal"));
        }

        Assert.Equal((true, 50L), (copy.Verify(_log.Kept[0]).IsIntact, copy.Verify().Records));
    }

    [Fact]
    public async Task Verify_RandomSingleChangesOfRows_AreAllFoundWhereTheyAre()
    {
        int records = IsLong ? 100_000 : 2_000, changes = IsLong ? 1_000 : 60;
        await _log.WriteAsync(records);
        int seed = Environment.TickCount;
        Random random = new(seed);
        long rows = Count(_log.LogPath);
        for (int i = 0; i < changes; i++)
        {
            long row = random.NextInt64(2, rows - 1);
            (string what, string sql) = random.Next(5) switch
            {
                0 => ("a bit", Flip(row, random)),
                1 => ("a row taken out", $"DELETE FROM line WHERE number = {row}"),
                2 => ("a row twice", $"UPDATE line SET content = (SELECT content FROM line WHERE number = {row - 1}) WHERE number = {row}"),
                3 => ("two neighbours in the other order", $"UPDATE line SET number = -1 WHERE number = {row}; UPDATE line SET number = {row} WHERE number = {row + 1}; UPDATE line SET number = {row + 1} WHERE number = -1"),
                _ => ("the end cut off", $"DELETE FROM line WHERE number > {row}"),
            };
            string path = Path.Combine(_log.Folder, "changed.db");
            File.Copy(_log.LogPath, path, overwrite: true);
            WrittenDatabase.Run(path, sql);

            AuditVerification found = AuditVerifier.Verify(SqliteAuditLog.At(path), WrittenDatabase.Against(_log.Kept[^1]));

            Assert.False(found.IsIntact, $"{what} at row {row} of {rows} was not found (seed {seed}, change {i})");
            Assert.True(what == "the end cut off" || Math.Abs(found.Findings[0].Line - row) <= 1, $"{what} at row {row} was named at {found.Findings[0]} (seed {seed}, change {i})");
        }
    }

    [Fact]
    public async Task Verify_RandomBytesOfTheFileChanged_IsFoundOrChangesNoLine()
    {
        await _log.WriteAsync(500);
        byte[] original = await File.ReadAllBytesAsync(_log.LogPath);
        int seed = Environment.TickCount, found = 0;
        Random random = new(seed);
        for (int i = 0; i < (IsLong ? 5_000 : 300); i++)
        {
            byte[] changed = [.. original];
            int at = random.Next(5) == 0 ? random.Next(200) : random.Next(original.Length); // the head of the file more often
            changed[at] ^= (byte)(1 << random.Next(8));
            string path = Path.Combine(_log.Folder, "changed.db");
            await File.WriteAllBytesAsync(path, changed);
            AuditVerification verified;
            try
            {
                verified = AuditVerifier.Verify(SqliteAuditLog.At(path), WrittenDatabase.Against(_log.Kept[^1]));
            }
            catch (IOException)
            {
                found++; // cannot be read at all
                continue;
            }

            found += verified.IsIntact ? 0 : 1;
            Assert.True(!verified.IsIntact || verified.Records == 500, $"a bit of byte {at} (seed {seed}) changed how much there is, and was not found");
        }

        Assert.True(found > 100, $"{found} changes were found: too few for a log that is mostly lines");
    }

    private static string Flip(long row, Random random)
    {
        int at = random.Next(10, 120);
        return $"UPDATE line SET content = substr(content, 1, {at}) || char(unicode(substr(content, {at + 1}, 1)) + 1) || substr(content, {at + 2}) WHERE number = {row}";
    }

    private static long Count(string path)
    {
        using SqliteConnection connection = new($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM line";
        return (long)command.ExecuteScalar()!;
    }

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
