using System.Security.Cryptography;
using System.Text.Json;

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
    public void No_log_is_a_finding() => Assert.Equal(1, Verb.Run("audit", "verify", Log).ExitCode);

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task WriteAsync()
    {
        File.WriteAllText(Path.Combine(_directory, "audit.pub.pem"), _key.ExportSubjectPublicKeyInfoPem());
        await using JsonLinesAuditSink sink = new(Log, new AuditFileOptions { SigningKey = _key, CheckpointWritten = c => _kept.Add(c.ToString()) });
        await sink.WriteAsync(
            Enumerable.Range(0, 50).Select(static n => new AuditRecord
            {
                Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
            }).ToArray(),
            CancellationToken.None);
    }
}
