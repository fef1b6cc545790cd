using System.Collections.Immutable;
using System.Text;

using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Audit;

/// <summary>No call, and no record however large, makes the audit unreadable or keeps others' records out of it.</summary>
public sealed class AuditBoundsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("audit-bounds");

    private string Log => Path.Combine(_directory.FullName, "audit.jsonl");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_WithAnArgumentAsLongAsAllowed_LeavesALogThatIsReadAndGoneOnWith(bool isPermitted)
    {
        string path = new('\u007f', 1_000_000); // in a resource's text six characters each, in a line seven bytes
        GuardResult result;
        TaskEvent decided;
        await using (JsonLinesAuditSink sink = new(Log))
        {
            await using GuardFixture fixture = new(
                $"permit(principal is IntentAuthz::{(isPermitted ? "Agent" : "Person")}, action, resource);",
                static b => b.AddTool(ToolDescriptor.For("copy").Argument("path", ArgumentRole.Target).Idempotent().Resources(
                    ["File", "Share"],
                    static a => [new ResourceReference(new EntityUid("File", a.GetProperty("path").GetString()!)), new ResourceReference(new EntityUid("Share", a.GetProperty("path").GetString()!))])),
                sink: sink);
            AgentTask task = await fixture.OpenAsync();
            result = await fixture.CallAsync(task, "copy", $$"""{"path":"{{path}}"}""");
            decided = task.GetEvents()[0];
        }

        await using (JsonLinesAuditSink again = new(Log))
        {
            await again.WriteAsync(new[] { Record("after") }, CancellationToken.None);
        }

        AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(Log));
        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        string line = Assert.Single(File.ReadLines(Log), static l => l.Contains("\"kind\":\"decision\"", StringComparison.Ordinal) && l.Contains("\"tool\":\"copy\"", StringComparison.Ordinal));
        Assert.True(line.Length < 256 * 1024, $"the line has {line.Length} characters");
        Assert.Contains("\"File::\\\"\\\\u{7f}", line, StringComparison.Ordinal);
        Assert.Contains("\"Share::\\\"\\\\u{7f}", line, StringComparison.Ordinal);

        // What was decided, and what the host sees of it, is whole.
        Assert.Equal(isPermitted ? ReasonCodes.Permitted : ReasonCodes.NoPermit, result.Decision.ReasonCode);
        Assert.Equal(new EntityUid("File", path).ToString(), decided.Resources[0]);
        Assert.True(isPermitted || result.Decision.Explanation.Length > path.Length);
    }

    [Theory]
    [InlineData('x', 17 * 1024 * 1024)] // too many characters
    [InlineData('\u0001', 3 * 1024 * 1024)] // too many bytes, six a character
    public async Task Write_RecordTooLongForALine_IsWithheldAndThoseBesideItAreWritten(char of, int count)
    {
        AuditRecord giant = Record("") with
        {
            Call = new CallId("call_1"), Tool = "pay", Action = "Action::\"pay\"", Outcome = DecisionOutcome.Deny, ReasonCode = ReasonCodes.NoPermit, Policies = [new string(of, count)],
        };
        await using (JsonLinesAuditSink sink = new(Log))
        {
            await sink.WriteAsync(new[] { Record("before"), giant, Record("after") }, CancellationToken.None);
        }

        AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(Log));
        Assert.True(found.IsIntact, string.Join('\n', found.Findings));
        Assert.Equal(3, found.Records);
        string withheld = File.ReadLines(Log).ElementAt(2);
        Assert.Contains("\"tenant\":\"acme\",\"call\":\"call_1\",\"action\":\"Action::\\\"pay\\\"\",\"outcome\":\"deny\",\"reason\":\"no-permit\",\"explanation\":\"The record is too long", withheld, StringComparison.Ordinal);
        Assert.Contains("\"after\"", File.ReadLines(Log).ElementAt(3), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_RecordThatJustFitsALine_IsWhole()
    {
        foreach ((int more, bool fits) in new[] { (0, true), (1, false) })
        {
            AuditChain chain = AuditChain.Begin();
            System.Buffers.ArrayBufferWriter<byte> line = new();
            AuditJson json = new();
            chain.Copy().WriteRecord(line, Record(""), json);
            int around = line.WrittenCount - 1; // without its end
            line.ResetWrittenCount();

            chain.WriteRecord(line, Record(new string('x', AuditLineReader.MaxLine - around + more)), json);

            Assert.Equal(fits, line.WrittenCount - 1 == AuditLineReader.MaxLine);
            Assert.Equal(!fits, Encoding.UTF8.GetString(line.WrittenSpan[..Math.Min(1000, line.WrittenCount)]).Contains("withheld", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Cut_RecordOfUsualTexts_IsItself()
    {
        AuditRecord record = Record(new string('e', AuditBounds.Explanation)) with
        {
            Tool = new string('t', AuditBounds.Name), Resources = [new string('a', AuditBounds.Resource), new string('b', AuditBounds.Resource)],
        };

        Assert.Same(record, AuditBounds.Cut(record));
    }

    [Fact]
    public void Cut_TextsThatAreTooLong_EndInAMark()
    {
        AuditRecord cut = AuditBounds.Cut(Record(new string('e', AuditBounds.Explanation + 1)) with
        {
            Tool = new string('t', 1000), FrameworkCallId = new string('f', 1000), Resources = [$"File::\"{new string('a', 5000)}\"", "File::\"b\""],
        });

        Assert.Equal(new string('e', AuditBounds.Explanation) + "…", cut.Explanation);
        Assert.Equal((new string('t', AuditBounds.Name) + "…", new string('f', AuditBounds.Name) + "…"), (cut.Tool, cut.FrameworkCallId));
        Assert.Equal([$"File::\"{new string('a', AuditBounds.Resource - 7)}…", "File::\"b\""], cut.Resources.AsEnumerable());
        Assert.False(EntityUid.TryParse(cut.Resources[0], out _), "it could be taken for another resource");
        Assert.True(AuditBounds.IsCut(cut.Resources[0]) && !AuditBounds.IsCut(cut.Resources[1]));
    }

    [Fact]
    public void Cut_ManyResources_LeavesSomethingOfEach()
    {
        ImmutableArray<string> resources = [.. Enumerable.Range(0, 100).Select(static i => $"File::\"{i}{new string('a', 100_000)}\"")];

        AuditRecord cut = AuditBounds.Cut(Record("") with { Resources = resources });

        Assert.Equal(AuditBounds.Resources + 1, cut.Resources.Length);
        Assert.Equal("…", cut.Resources[^1]);
        Assert.All(cut.Resources[..^1], static (r, i) => Assert.StartsWith($"File::\"{i}a", r, StringComparison.Ordinal));
        Assert.InRange(cut.Resources.Sum(static r => r.Length), AuditBounds.AllResources, AuditBounds.AllResources + AuditBounds.Resources + 1);
    }

    [Fact]
    public void Cut_BetweenTheHalvesOfACharacter_LeavesNoHalf() =>
        Assert.Equal("a…", AuditBounds.Cut("a\ud83d\ude00", 2));

    [Fact]
    public void Complete_SecretWhereATextIsCut_IsTakenOutWhole()
    {
        SecretScrubber scrubber = new(TimeProvider.System);
        scrubber.TryRemember(LeaseId.New(), Secret.FromString("sk-live-0123456789abcdef"), DateTimeOffset.MaxValue);
        using AuditArguments arguments = new(new byte[32], scrubber);
        AuditRecord record = Record(new string('e', AuditBounds.Explanation - 12) + "sk-live-0123456789abcdef") with
        {
            Resources = [$"File::\"{new string('a', AuditBounds.Resource - 20)}sk-live-0123456789abcdef\""],
        };

        AuditRecord written = arguments.Complete(new AuditEntry(record, null, null, default, null), out _);

        Assert.EndsWith("e[secret]", written.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-live", written.Resources[0] + written.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_RecordsOfManyCharacters_GoInBatchesThatCanBeHeld()
    {
        GatedSink sink = new();
        await using AuditQueue queue = new(
            sink, new AuditArguments(new byte[32], new SecretScrubber(TimeProvider.System)), new AuditQueueLimits(100, 100, 100, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)), TimeProvider.System,
            NullLogger<AuditQueue>.Instance);
        string[] policies = [new string('p', (int)(AuditBatch.MostCharacters / 2))];
        for (int i = 0; i < 6; i++)
        {
            Assert.True(queue.TryAccept(Record($"{i}") with { Policies = [.. policies] }, null));
        }

        await queue.FlushAsync(CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 6).Select(static i => $"{i}"), sink.Records.Select(static r => r.Explanation));
        Assert.All(sink.Batches, static b => Assert.InRange(b.Length, 1, 2));
    }

    private static AuditRecord Record(string explanation) =>
        new() { Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("acme"), ReasonCode = ReasonCodes.Permitted, Explanation = explanation };
}
