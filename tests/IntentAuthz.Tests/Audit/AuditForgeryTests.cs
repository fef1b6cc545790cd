using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Audit;

/// <summary>
/// Logs that somebody wrote who knows how the chain is made and has no key, and lines that were made to confuse the verifier. What vouches for a log
/// is a checkpoint; one that has none, or begins after all that were kept, is not taken for good.
/// </summary>
public sealed class AuditForgeryTests : IDisposable
{
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly string _directory = Directory.CreateTempSubdirectory("audit").FullName;
    private readonly List<AuditCheckpoint> _kept = [];
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    private string LogPath => Path.Combine(_directory, "audit.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Verify_LogWithoutAnyCheckpoint_IsNotIntactAgainstAKey()
    {
        await WriteAsync(30);
        Forge(lines => lines.RemoveAll(static l => l.StartsWith("{\"checkpoint\"", StringComparison.Ordinal)));

        Assert.True(Verify([]).IsIntact, "the forger knows how the chain is made");
        AuditVerification found = Verify([s_key]);

        Assert.Equal(AuditFindingCode.Unproven, Assert.Single(found.Findings).Code);
        Assert.Equal(30, found.RecordsAfterCheckpoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_LogThatClaimsToBeginAfterAllThatWasKept_IsNotIntact(bool withKey)
    {
        await WriteAsync(30);
        AuditCheckpoint kept = _kept[^1];
        AuditLogHeader begins = new(kept.Log, 3, default, new MerkleTree(1L << 20, [Hash256.From(new byte[32])]), _clock.GetUtcNow());
        AuditChain chain = AuditChain.After(begins);
        List<string> lines = [Encoding.UTF8.GetString(begins.ToLine()), .. Records(chain, 30)];
        File.WriteAllLines(LogPath, lines);

        AuditVerification found = Verify(withKey ? [s_key] : [], kept);

        Assert.Equal(AuditFindingCode.Unproven, Assert.Single(found.Findings).Code);
        Assert.Equal((1L << 20, 0), (found.FirstRecord, found.CheckpointsHeld));
    }

    [Fact]
    public void Verify_PipeInTheLogsPlace_IsRefused_AndNotWaitedFor()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using (Process made = Process.Start("mkfifo", [LogPath]))
        {
            made.WaitForExit();
        }

        Assert.Contains("no regular file", Assert.Throws<IOException>(() => Verify([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_RecordsPutAfterTheLastCheckpoint_AreCounted()
    {
        await WriteAsync(30);
        Forge(static _ => { }, appended: 500);

        AuditVerification found = Verify([s_key], _kept[0]);

        Assert.True(found.IsIntact, "documented: what no checkpoint covers is chained only");
        Assert.Equal((530L, 500L, false, 1), (found.Records, found.RecordsAfterCheckpoint, found.IsClosed, found.CheckpointsHeld));
    }

    [Fact]
    public async Task Verify_OldFileDeletedWhereACheckpointIsItsLastLine_HoldsThatCheckpoint()
    {
        AuditFileOptions options = Options();
        options.MaxFileBytes = 64 * 1024;
        options.RecordsPerCheckpoint = 100; // each batch ends in a checkpoint, and so does each file
        await WriteAsync(2_000, options);
        File.Delete(Path.Combine(_directory, "audit.000000.jsonl"));

        AuditVerification found = Verify([s_key], [.. _kept]);

        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal(_kept.Count(k => k.Records >= found.FirstRecord), found.CheckpointsHeld);
        Assert.True(_kept.Exists(k => k.Records == found.FirstRecord), "no checkpoint is where the file that is left begins");
    }

    [Fact]
    public async Task Verify_TimesMovedInAnUnsignedLog_IsFoundByTheCheckpointThatWasKept()
    {
        await WriteAsync(30, new AuditFileOptions { CheckpointWritten = _kept.Add });
        Forge(static _ => { }, moved: TimeSpan.FromDays(365));

        Assert.True(Verify([]).IsIntact, "the forger knows how the chain is made");
        Assert.Equal(AuditFindingCode.WrongCheckpoint, Assert.Single(Verify([], _kept[^1]).Findings).Code);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 1)]
    [InlineData(1L << 53)]
    public async Task Verify_NumberThatOverflows_IsFoundWhereItStands(long number)
    {
        await WriteAsync(30);
        List<string> lines = [.. File.ReadAllLines(LogPath)];
        lines[10] = lines[10].Replace("{\"n\":9,", $"{{\"n\":{number},", StringComparison.Ordinal);
        File.WriteAllLines(LogPath, lines);

        AuditFinding first = Verify([s_key]).Findings[0];

        Assert.Equal((AuditFindingCode.UnreadableLine, 11L, LogPath), (first.Code, first.Line, first.File));
        Assert.Null(AuditVerifier.Prove(AuditLog.JsonLines(LogPath), 3));
        Assert.Throws<IOException>(() => new JsonLinesAuditSink(LogPath));
    }

    [Fact]
    public async Task Verify_HeaderOfMoreRecordsThanThereCanBe_IsNoHeader()
    {
        await WriteAsync(3);
        List<string> lines = [.. File.ReadAllLines(LogPath)];
        string hash = Hash256.From(new byte[32]).ToText();
        lines[0] = lines[0].Replace("\"records\":0", $"\"records\":{long.MaxValue}", StringComparison.Ordinal)
            .Replace("\"tree\":[]", $"\"tree\":[{string.Join(',', Enumerable.Repeat($"\"{hash}\"", 63))}]", StringComparison.Ordinal);
        File.WriteAllLines(LogPath, lines);

        AuditVerification found = Verify([s_key]);

        Assert.Equal((AuditFindingCode.UnreadableLine, 1L), (found.Findings[0].Code, found.Findings[0].Line));
        Assert.True(found.Records >= 0, $"{found.Records} records");
    }

    [Fact]
    public async Task Verify_HalfALineAfterAClosedLog_IsNotClosed()
    {
        await WriteAsync(3);
        File.AppendAllText(LogPath, "{\"n\":3,\"record\":{");

        AuditVerification found = Verify([s_key]);

        Assert.Equal((true, true, false), (found.IsIntact, found.EndsTorn, found.IsClosed));
    }

    /// <summary>Writes the log anew from its lines, with the chain made good, as somebody without the key can.</summary>
    private void Forge(Action<List<string>> change, int appended = 0, TimeSpan moved = default)
    {
        List<string> lines = [.. File.ReadAllLines(LogPath)];
        change(lines);
        Assert.True(AuditLogHeader.TryRead(Encoding.UTF8.GetBytes(lines[0]), out AuditLogHeader? header));
        header = header with { Time = header.Time + moved };
        AuditChain chain = AuditChain.After(header);
        List<string> forged = [Encoding.UTF8.GetString(header.ToLine())];
        foreach (string line in lines.Skip(1))
        {
            if (AuditCheckpoint.TryParse(line, out AuditCheckpoint? checkpoint))
            {
                byte[] written = new AuditCheckpoint(
                    chain.Log, chain.Tree.Size, chain.Tree.Root, chain.Chain, checkpoint.Time + moved, checkpoint.IsClosing, checkpoint.KeyId, checkpoint.Signature).ToLine();
                forged.Add(Encoding.UTF8.GetString(written));
                chain.TakeCheckpoint(written);
            }
            else
            {
                forged.AddRange(Records(chain, 1));
            }
        }

        forged.AddRange(Records(chain, appended));
        File.WriteAllLines(LogPath, forged);
    }

    private static List<string> Records(AuditChain chain, int count)
    {
        System.Buffers.ArrayBufferWriter<byte> written = new();
        AuditJson json = new();
        for (int i = 0; i < count; i++)
        {
            chain.WriteRecord(written, Record((int)(chain.Tree.Size % 1_000_000)), json);
        }

        return [.. Encoding.UTF8.GetString(written.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private AuditFileOptions Options() => new() { SigningKey = s_key, CheckpointWritten = _kept.Add };

    private async Task WriteAsync(int records, AuditFileOptions? options = null)
    {
        await using JsonLinesAuditSink sink = new(LogPath, options ?? Options(), _clock);
        foreach (int[] batch in Enumerable.Range(0, records).Chunk(100))
        {
            await sink.WriteAsync(batch.Select(Record).ToArray(), CancellationToken.None);
        }
    }

    private AuditVerification Verify(ECDsa[] keys, params AuditCheckpoint[] kept)
    {
        AuditVerifyOptions options = new();
        foreach (ECDsa key in keys)
        {
            options.Keys.Add("audit", key);
        }

        foreach (AuditCheckpoint checkpoint in kept)
        {
            options.Checkpoints.Add(checkpoint);
        }

        return AuditVerifier.Verify(AuditLog.JsonLines(LogPath), options);
    }

    private static AuditRecord Record(int n) => new()
    {
        Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("acme"), ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
    };
}
