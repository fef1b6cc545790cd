using System.Security.Cryptography;
using System.Text.Json;
using IntentAuthz.Sqlite;
using Microsoft.Data.Sqlite;

namespace IntentAuthz.Cli.Tests.Audit;

/// <summary><c>intentauthz audit verify</c> over logs that a sink has written.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("verify").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<string> _kept = [];

    private string Log => Path.Combine(_directory, "audit.jsonl");

    private string Key => $"audit={Path.Combine(_directory, "audit.pub.pem")}";

    [Fact]
    public async Task Log_as_it_was_written_is_intact()
    {
        await WriteAsync();

        var result = Verb.Run("audit", "verify", Log, "--key", Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Intact: records 0 to 49", result.Output, StringComparison.Ordinal);
        Assert.Contains("signed by 'audit'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_line_is_named_for_people_and_for_programs()
    {
        await WriteAsync();
        File.WriteAllText(Log, File.ReadAllText(Log).Replace("record 7\"", "record 8\"", StringComparison.Ordinal));

        var words = Verb.Run("audit", "verify", Log);
        var json = Verb.Run("audit", "verify", Log, "--json");

        Assert.Equal((1, 1), (words.ExitCode, json.ExitCode));
        Assert.Contains($"{Log}:9: ", words.Output, StringComparison.Ordinal);
        var first = JsonElement.Parse(json.Output).GetProperty("findings")[0];
        Assert.Equal(("BrokenChain", 9, 7), (first.GetProperty("code").GetString(), first.GetProperty("line").GetInt32(), first.GetProperty("record").GetInt32()));
    }

    [Fact]
    public async Task Log_whose_checkpoints_were_left_out_is_not_intact_against_a_key()
    {
        await WriteAsync();
        File.WriteAllLines(Log, File.ReadAllLines(Log).TakeWhile(static l => !l.StartsWith("{\"checkpoint\"", StringComparison.Ordinal)));

        var alone = Verb.Run("audit", "verify", Log);
        var held = Verb.Run("audit", "verify", Log, "--key", Key);

        Assert.Equal((0, 1), (alone.ExitCode, held.ExitCode));
        Assert.Contains("Its 50 records are chained only", alone.Output, StringComparison.Ordinal);
        Assert.Contains("No checkpoint in the log is signed", held.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_that_was_cut_off_is_found_by_a_checkpoint_kept_elsewhere()
    {
        await WriteAsync();
        File.WriteAllLines(Log, File.ReadAllLines(Log)[..30]);
        var kept = Path.Combine(_directory, "kept.jsonl");
        File.WriteAllLines(kept, _kept);

        Assert.Equal(0, Verb.Run("audit", "verify", Log).ExitCode);
        var result = Verb.Run("audit", "verify", Log, "--checkpoint", kept, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("CutOff", JsonElement.Parse(result.Output).GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Log_in_sqlite_is_told_from_lines_by_itself_and_verified_as_they_are()
    {
        await WriteAsync(sqlite: true);

        var intact = Verb.Run("audit", "verify", Log, "--key", Key);
        Assert.Equal((0, ""), (intact.ExitCode, intact.Errors));
        Assert.Contains("Intact: records 0 to 49", intact.Output, StringComparison.Ordinal);
        Assert.Contains("signed by 'audit'", intact.Output, StringComparison.Ordinal);

        Run("UPDATE line SET content = replace(content, 'record 7\"', 'record 8\"') WHERE number = 9");
        var altered = Verb.Run("audit", "verify", Log, "--json");
        Assert.Equal(1, altered.ExitCode);
        var first = JsonElement.Parse(altered.Output).GetProperty("findings")[0];
        Assert.Equal(("BrokenChain", 9, 7), (first.GetProperty("code").GetString(), first.GetProperty("line").GetInt32(), first.GetProperty("record").GetInt32()));
    }

    [Fact]
    public async Task End_of_a_log_in_sqlite_that_was_cut_off_is_found_by_a_checkpoint_kept_elsewhere()
    {
        await WriteAsync(sqlite: true);
        Run("DELETE FROM line WHERE number > 30");
        var kept = Path.Combine(_directory, "kept.jsonl");
        File.WriteAllLines(kept, _kept);

        Assert.Equal(0, Verb.Run("audit", "verify", Log).ExitCode);
        var result = Verb.Run("audit", "verify", Log, "--checkpoint", kept, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("CutOff", JsonElement.Parse(result.Output).GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Progress_goes_from_none_to_all_of_the_bytes()
    {
        await WriteAsync();
        var told = new List<AuditVerifyProgress>();
        AuditVerifier.Verify(AuditLog.JsonLines(Log), new AuditVerifyOptions { Progress = new Told(told.Add) });

        Assert.Equal(new AuditVerifyProgress(50, new FileInfo(Log).Length, new FileInfo(Log).Length), told[^1]);
    }

    [Theory]
    [InlineData("--key", "audit")]
    [InlineData("--key", "audit=missing.pem")]
    [InlineData("--checkpoint", "missing.jsonl")]
    public async Task What_cannot_be_read_ends_with_its_own_code(string option, string value)
    {
        await WriteAsync();

        var result = Verb.Run("audit", "verify", Log, option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public async Task No_log_is_no_answer_unless_a_checkpoint_kept_elsewhere_says_that_there_was_one()
    {
        await WriteAsync();
        File.Delete(Log);
        var kept = Path.Combine(_directory, "kept.jsonl");
        File.WriteAllLines(kept, _kept);

        var none = Verb.Run("audit", "verify", Log, "--json");
        var gone = Verb.Run("audit", "verify", Log, "--checkpoint", kept, "--json");

        Assert.Equal((2, ""), (none.ExitCode, none.Output));
        Assert.Contains($"There is no audit log {Log}.", none.Errors, StringComparison.Ordinal);
        Assert.Equal(1, gone.ExitCode);
        Assert.Equal("WrongFile", JsonElement.Parse(gone.Output).GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public void File_that_is_no_log_is_a_finding()
    {
        File.WriteAllText(Log, "noise");

        Assert.Equal(1, Verb.Run("audit", "verify", Log).ExitCode);
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Run(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Log};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the test's own text
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }

    private async Task WriteAsync(bool sqlite = false)
    {
        File.WriteAllText(Path.Combine(_directory, "audit.pub.pem"), _key.ExportSubjectPublicKeyInfoPem());
        var options = new AuditFileOptions { SigningKey = _key, CheckpointWritten = c => _kept.Add(c.ToString()) };
        IAuditSink sink = sqlite ? new SqliteAuditSink(Log, options) : new JsonLinesAuditSink(Log, options);
        await using var closing = (IAsyncDisposable)sink;
        await sink.WriteAsync(
            Enumerable.Range(0, 50).Select(static n => new AuditRecord
            {
                Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
            }).ToArray(),
            CancellationToken.None);
    }

    private sealed class Told(Action<AuditVerifyProgress> tell) : IProgress<AuditVerifyProgress>
    {
        public void Report(AuditVerifyProgress value) => tell(value);
    }
}
