using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Audit;

/// <summary>A log that nobody changes unnoticed: what was changed, taken out, put in, moved or cut is found, and where.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly string _directory = Directory.CreateTempSubdirectory("audit").FullName;
    private readonly List<AuditCheckpoint> _kept = [];
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    private static bool IsLong => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    private string LogPath => Path.Combine(_directory, "audit.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Verify_LogAsItWasWritten_IsIntactSignedAndClosed()
    {
        await WriteAsync(2_500);

        AuditVerification found = Verify();

        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal((0, 2_500, true, true, false), (found.FirstRecord, found.Records, found.IsSigned, found.IsClosed, found.EndsTorn));
        Assert.Equal(2_500, found.LastCheckpoint!.Records);
        Assert.Equal(_kept[^1].ToString(), found.LastCheckpoint.ToString());
    }

    [Fact]
    public async Task Verify_LogThatWasOpenedAgain_IsOneChain()
    {
        await WriteAsync(10);
        await WriteAsync(10);

        Assert.Equal((true, 20L), (Verify().IsIntact, Verify().Records));
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("taken out")]
    [InlineData("twice")]
    [InlineData("moved down")]
    [InlineData("hash changed")]
    [InlineData("number changed")]
    public async Task Verify_OneLineThatIsNotAsItWas_NamesIt(string how)
    {
        await WriteAsync(50);
        List<string> lines = [.. File.ReadAllLines(LogPath)];
        const int at = 20; // line 21, record 19
        string line = lines[at];
        switch (how)
        {
            case "changed": lines[at] = line.Replace("record 19", "record 91", StringComparison.Ordinal); break;
            case "taken out": lines.RemoveAt(at); break;
            case "twice": lines.Insert(at, line); break;
            case "moved down": lines.RemoveAt(at); lines.Insert(at + 5, line); break;
            case "hash changed": lines[at] = $"{line[..^3]}{(line[^3] == 'A' ? 'E' : 'A')}\"}}"; break;
            default: lines[at] = line.Replace("\"n\":19", "\"n\":20", StringComparison.Ordinal); break;
        }

        Assert.NotEqual(File.ReadAllLines(LogPath), lines);
        File.WriteAllLines(LogPath, lines);

        AuditFinding first = Verify().Findings[0];
        Assert.Equal(how == "twice" ? 22 : 21, first.Line);
    }

    [Fact]
    public async Task Verify_TailRewrittenByWhoKnowsTheChain_IsFoundByTheSignature()
    {
        await WriteAsync(30);
        string[] lines = File.ReadAllLines(LogPath);
        File.Delete(LogPath);
        AuditFileOptions forged = new() { SigningKey = ECDsa.Create(ECCurve.NamedCurves.nistP256) };
        await WriteAsync(30, forged);
        Assert.NotEqual(lines, File.ReadAllLines(LogPath));

        AuditVerification found = Verify();

        Assert.Contains(found.Findings, static f => f.Code == AuditFindingCode.BadSignature);
        Assert.Null(found.LastCheckpoint);
    }

    [Fact]
    public async Task Verify_UnsignedLogInPlaceOfASignedOne_IsFound()
    {
        await WriteAsync(30, new AuditFileOptions());

        Assert.Contains(Verify().Findings, static f => f.Code == AuditFindingCode.BadSignature);
    }

    [Fact]
    public async Task Verify_EndCutOffAtALine_IsNotClosedAndFoundByACheckpointKeptElsewhere()
    {
        await WriteAsync(2_500);
        string[] lines = File.ReadAllLines(LogPath);
        File.WriteAllLines(LogPath, lines[..^400]);

        AuditVerification alone = Verify();
        Assert.Equal((true, false), (alone.IsIntact, alone.IsClosed)); // documented: alone, nobody can tell
        AuditVerification held = Verify(_kept[^1]);
        Assert.Equal(AuditFindingCode.CutOff, Assert.Single(held.Findings).Code);
    }

    [Fact]
    public async Task Verify_LogWrittenAnewWithTheSameKey_IsFoundByACheckpointKeptElsewhere()
    {
        await WriteAsync(30);
        AuditCheckpoint before = _kept[^1];
        File.Delete(LogPath);
        await WriteAsync(30);

        Assert.False(Verify(before).IsIntact);
    }

    [Fact]
    public async Task Verify_LastWordTakenBackAndAnotherWritten_IsFoundByACheckpointKeptElsewhere()
    {
        // The writer's own key, the same log: cut back to 20 records and gone on otherwise, as somebody with the host's key could.
        await WriteAsync(20);
        byte[] twenty = File.ReadAllBytes(LogPath);
        await WriteAsync(10);
        AuditCheckpoint thirty = _kept[^1];
        File.WriteAllBytes(LogPath, twenty);
        await WriteAsync(10, first: 500);

        Assert.True(Verify().IsIntact);
        Assert.False(Verify(thirty).IsIntact, "records were replaced after a checkpoint that was kept elsewhere");
    }

    [Fact]
    public async Task Write_FullFiles_ArePutAsideAndVerifiedAsOneLog()
    {
        await WriteAsync(2_000, Options(o => o.MaxFileBytes = 64 * 1024));

        Assert.True(Directory.GetFiles(_directory, "audit.0*.jsonl").Length > 2);
        AuditVerification found = Verify();
        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal(2_000, found.Records);
    }

    [Fact]
    public async Task Write_ProcessThatDiedBetweenTwoFiles_GoesOnWithTheChain()
    {
        AuditFileOptions small = Options(o => o.MaxFileBytes = 64 * 1024);
        await WriteAsync(1_000, small);
        File.Move(LogPath, Path.Combine(_directory, $"audit.{Directory.GetFiles(_directory, "audit.0*.jsonl").Length:000000}.jsonl"));

        await WriteAsync(5, small);

        AuditVerification found = Verify();
        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal(1_005, found.Records);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Verify_AFileOfTheLogIsMissing_IsFoundOrSaidToBegin(int missing)
    {
        await WriteAsync(2_000, Options(o => o.MaxFileBytes = 64 * 1024));
        File.Delete(Path.Combine(_directory, $"audit.{missing:000000}.jsonl"));

        AuditVerification found = Verify();

        if (missing == 0)
        {
            Assert.True(found.IsIntact && found.FirstRecord > 0, "files that were moved away after a time are no change of the others");
        }
        else
        {
            Assert.Equal((AuditFindingCode.WrongFile, 1L), (found.Findings[0].Code, found.Findings[0].Line));
        }
    }

    [Fact]
    public async Task Open_LogThatWasAltered_IsRefusedAndLeftAsItIs()
    {
        await WriteAsync(20);
        string altered = File.ReadAllText(LogPath).Replace("record 7", "record 8", StringComparison.Ordinal);
        File.WriteAllText(LogPath, altered);

        IOException refusal = Assert.Throws<IOException>(() => new JsonLinesAuditSink(LogPath));

        Assert.Contains("line 9", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(altered, File.ReadAllText(LogPath));
    }

    [Fact]
    public async Task Write_NothingMoreComes_IsCoveredByACheckpointInTime()
    {
        await using JsonLinesAuditSink sink = new(LogPath, Options(), _clock);
        await sink.WriteAsync(new[] { Record(0) }, CancellationToken.None);
        Assert.Empty(_kept);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(1, Assert.Single(_kept).Records);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Single(_kept); // nothing new, no further one
    }

    [Fact]
    public async Task Checkpoint_KeyThatDoesNotSignAnyMore_FailsTheBatchThatNeedsItAndNothingElse()
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using JsonLinesAuditSink sink = new(LogPath, Options(o => (o.SigningKey, o.RecordsPerCheckpoint) = (key, 2)), _clock);
        key.Dispose();
        await sink.WriteAsync(new[] { Record(0) }, CancellationToken.None);

        _clock.Advance(TimeSpan.FromSeconds(5)); // the timer's own checkpoint: not thrown into the host
        await Assert.ThrowsAnyAsync<Exception>(async () => await sink.WriteAsync(new[] { Record(1), Record(2) }, CancellationToken.None));

        Assert.Empty(_kept);
        Assert.Equal(1, Verify().Records);
    }

    [Fact]
    public async Task Prove_ARecord_HoldsForItAndForNoOther()
    {
        await WriteAsync(1_337);

        for (int n = 0; n < 1_337; n += 191)
        {
            AuditInclusionProof proof = AuditVerifier.Prove(AuditLog.JsonLines(LogPath), n)!;
            Assert.Contains($"record {n}\"", proof.Record, StringComparison.Ordinal);
            Assert.True(proof.Holds() && proof.Checkpoint.IsSignedBy(s_key), $"the proof of record {n} does not hold");
            AuditInclusionProof other = new(n, Encoding.UTF8.GetBytes(proof.Record + " "), [.. proof.Path.Select(Hash)], proof.Checkpoint);
            Assert.False(other.Holds(), "another record has the same proof");
            AuditInclusionProof elsewhere = new(n + 1, Encoding.UTF8.GetBytes(proof.Record), [.. proof.Path.Select(Hash)], proof.Checkpoint);
            Assert.False(elsewhere.Holds(), "the proof holds at another place");
        }

        Assert.Null(AuditVerifier.Prove(AuditLog.JsonLines(LogPath), 1_337));
    }

    [Fact]
    public async Task Checkpoint_AsText_IsReadBackAndNothingElseIs()
    {
        await WriteAsync(3);
        string text = _kept[^1].ToString();

        Assert.True(AuditCheckpoint.TryParse(text, out AuditCheckpoint? read));
        Assert.Equal((_kept[^1].Log, _kept[^1].Root, 3L), (read.Log, read.Root, read.Records));
        Assert.True(read.IsSignedBy(s_key));
        Assert.False(AuditCheckpoint.TryParse(text.Replace("\"records\":3", "\"records\": 3", StringComparison.Ordinal), out _));
        Assert.True(AuditCheckpoint.TryParse(text.Replace("\"records\":3", "\"records\":4", StringComparison.Ordinal), out AuditCheckpoint? changed));
        Assert.False(changed.IsSignedBy(s_key));
    }

    [Fact]
    public async Task Verify_RandomSingleChanges_AreAllFoundWhereTheyAre()
    {
        int records = IsLong ? 100_000 : 5_000, changes = IsLong ? 1_000 : 200;
        await WriteAsync(records);
        byte[] original = File.ReadAllBytes(LogPath);
        List<int> starts = [0];
        for (int i = 0; i < original.Length - 1; i++)
        {
            if (original[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }

        int seed = Environment.TickCount;
        Random random = new(seed);
        AuditCheckpoint last = _kept[^1];
        await Parallel.ForEachAsync(Enumerable.Range(0, changes).Select(_ => random.Next()), new ParallelOptions { MaxDegreeOfParallelism = 2 }, (one, cancellation) =>
        {
            Random draw = new(one);
            int kind = draw.Next(5), line = draw.Next(starts.Count - 1);
            (int start, int end) = (starts[line], starts[line + 1]);
            byte[] changed;
            switch (kind)
            {
                case 0: // a bit anywhere
                    changed = [.. original];
                    int at = draw.Next(original.Length);
                    changed[at] ^= (byte)(1 << draw.Next(8));
                    line = original.AsSpan(0, at).Count((byte)'\n');
                    break;
                case 1: // a line taken out
                    changed = [.. original[..start], .. original[end..]];
                    break;
                case 2: // a line put in
                    changed = [.. original[..start], .. original[start..end], .. original[start..]];
                    break;
                case 3: // two neighbours in the other order
                    int next = line + 2 < starts.Count ? starts[line + 2] : original.Length;
                    changed = [.. original[..start], .. original[end..next], .. original[start..end], .. original[next..]];
                    break;
                default: // the end cut off
                    changed = original[..end];
                    break;
            }

            string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, $"c{one}")).FullName, "audit.jsonl");
            File.WriteAllBytes(path, changed);
            AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(path), Against(last), cancellation);
            File.Delete(path);
            string what = $"change {one} (seed {seed}): kind {kind} at line {line + 1} of {starts.Count}";
            Assert.False(found.IsIntact, $"{what} was not found");
            long named = found.Findings[0].Line;
            Assert.True(kind == 4 || Math.Abs(named - (line + 1)) <= 1, $"{what} was named at line {named}");
            return ValueTask.CompletedTask;
        });
    }

    private AuditFileOptions Options(Action<AuditFileOptions>? more = null)
    {
        AuditFileOptions options = new() { SigningKey = s_key, CheckpointWritten = _kept.Add };
        more?.Invoke(options);
        return options;
    }

    private async Task WriteAsync(int records, AuditFileOptions? options = null, int first = 0)
    {
        await using JsonLinesAuditSink sink = new(LogPath, options ?? Options(), _clock);
        foreach (int[] batch in Enumerable.Range(first, records).Chunk(100))
        {
            await sink.WriteAsync(batch.Select(Record).ToArray(), CancellationToken.None);
        }
    }

    private AuditVerification Verify(params AuditCheckpoint[] kept) => AuditVerifier.Verify(AuditLog.JsonLines(LogPath), Against(kept));

    private static AuditVerifyOptions Against(params AuditCheckpoint[] kept)
    {
        AuditVerifyOptions options = new() { Keys = { ["audit"] = s_key } };
        foreach (AuditCheckpoint checkpoint in kept)
        {
            options.Checkpoints.Add(checkpoint);
        }

        return options;
    }

    private static Hash256 Hash(string text)
    {
        Assert.True(Hash256.TryParse(Encoding.ASCII.GetBytes(text), out Hash256 hash));
        return hash;
    }

    private static AuditRecord Record(int n) => new()
    {
        Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("acme"), ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
    };
}
