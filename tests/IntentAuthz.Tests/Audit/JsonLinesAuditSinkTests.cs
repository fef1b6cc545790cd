using System.Text.Json;

namespace IntentAuthz.Tests.Audit;

/// <summary>The audit file: one JSON object a line, whole lines only, one writer.</summary>
public sealed class JsonLinesAuditSinkTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("audit").FullName, "audit.jsonl");

    [Fact]
    public async Task Write_EveryMember_IsReadBackFromItsLine()
    {
        AuditRecord full = new()
        {
            Kind = AuditKind.Decision,
            Time = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(1)),
            Tenant = new TenantId("acme"),
            Subject = new AuditSubject(AuditQueueTests.NewTask(new TenantId("acme"))),
            Principal = "person bea",
            Call = new CallId("call_1"),
            FrameworkCallId = "f\u2028\"",
            Tool = "pay",
            Action = "Action::\"pay\"",
            Resources = ["Invoice::\"1\""],
            ArgumentsDigest = new ArgumentsDigest(new byte[32]),
            Outcome = DecisionOutcome.RequireApproval,
            ReasonCode = ReasonCodes.ApprovalRequired,
            Explanation = "why",
            Policies = ["p"],
            PolicyVersion = "v",
            Approval = new ApprovalId("appr_1"),
            Lease = new LeaseId("lease_1"),
            ResultLabel = Label.Worst,
            Duration = TimeSpan.FromMilliseconds(1.5),
        };

        JsonElement line = Assert.Single(await LinesAfterAsync(full));

        Assert.Equal("2026-03-02T09:00:00Z", line.GetProperty("time").GetString());
        Assert.Equal("bot", line.GetProperty("agent").GetString());
        Assert.Equal(new string('0', 64), line.GetProperty("argumentsDigest").GetString());
        Assert.Equal("f\u2028\"", line.GetProperty("frameworkCallId").GetString());
        Assert.Equal("require-approval", line.GetProperty("outcome").GetString());
        Assert.Equal("untrusted/restricted", line.GetProperty("resultLabel").GetString());
        Assert.Equal(1.5, line.GetProperty("durationMs").GetDouble());
        Assert.Equal(24, line.EnumerateObject().Count());
    }

    [Fact]
    public async Task Write_TextThatIsNotUnicode_DoesNotStopTheAudit()
    {
        JsonElement line = Assert.Single(await LinesAfterAsync(Record("\ud800") with { Tool = "\udc00x" }));

        Assert.Equal("\ufffd", line.GetProperty("explanation").GetString());
    }

    [Fact]
    public async Task Write_ToAFileThatIsThere_Appends()
    {
        _ = await LinesAfterAsync(Record("one"));

        Assert.Equal(["one", "two"], Explanations(await LinesAfterAsync(Record("two"))));
    }

    [Theory]
    [InlineData("{\"n\":1,\"record\":{\"kind\":\"deci")]
    [InlineData("{\"n\":1")]
    public async Task Open_AfterTheWriterDiedInALine_CutsThatLineBack(string torn)
    {
        _ = await LinesAfterAsync(Record("one"));
        await File.AppendAllTextAsync(_path, torn + new string('x', 10_000));

        Assert.Equal(["one", "two"], Explanations(await LinesAfterAsync(Record("two"))));
    }

    [Fact]
    public async Task Open_OfATornFirstLine_BeginsAnew()
    {
        await File.WriteAllTextAsync(_path, "{\"log\":\"x");

        Assert.Equal(["one"], Explanations(await LinesAfterAsync(Record("one"))));
    }

    [Fact]
    public async Task Open_OfAFileOfSomebodyElse_IsRefusedAndLeavesIt()
    {
        await File.WriteAllTextAsync(_path, "notes without a line end");

        Assert.Contains("a file of its own", Assert.Throws<IOException>(() => new JsonLinesAuditSink(_path)).Message, StringComparison.Ordinal);
        Assert.Equal("notes without a line end", await File.ReadAllTextAsync(_path));
    }

    [Fact]
    public void Open_OfAFileThatIsWrittenAlready_IsRefused()
    {
        using JsonLinesAuditSink first = new(_path);

        Assert.Throws<IOException>(() => new JsonLinesAuditSink(_path));
    }

    [Fact]
    public async Task Write_CancelledInTheMiddle_LeavesWholeLinesForTheNext()
    {
        using (JsonLinesAuditSink sink = new(_path))
        {
            await sink.WriteAsync(new[] { Record("one") }, CancellationToken.None);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await sink.WriteAsync(new[] { Record("lost") }, new CancellationToken(canceled: true)));
            await sink.WriteAsync(new[] { Record("two") }, CancellationToken.None);
        }

        Assert.Equal(["one", "two"], Explanations(Lines()));
    }

    [Fact]
    public void File_IsForItsOwnerOnly()
    {
        using JsonLinesAuditSink sink = new(_path);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void Digest_OfArguments_NeedsTheKeyAndTheTenant()
    {
        byte[] arguments = [.. """{"account":"DE1"}"""u8];
        byte[] key = new byte[32];
        ArgumentsDigest digest = new ArgumentsHasher(key).Hash(new TenantId("acme"), arguments);

        Assert.Equal(digest, new ArgumentsHasher(new byte[32]).Hash(new TenantId("acme"), """{ "account" : "\u0044E1" }"""u8.ToArray()));
        Assert.NotEqual(digest, new ArgumentsHasher(new byte[32]).Hash(new TenantId("other"), arguments));
        key[0] = 1;
        Assert.NotEqual(digest, new ArgumentsHasher(key).Hash(new TenantId("acme"), arguments));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static AuditRecord Record(string explanation) =>
        new() { Kind = AuditKind.Outcome, Time = default, ReasonCode = ReasonCodes.Completed, Explanation = explanation };

    private static IEnumerable<string?> Explanations(IEnumerable<JsonElement> lines) => lines.Select(static l => l.GetProperty("explanation").GetString());

    private async Task<JsonElement[]> LinesAfterAsync(params AuditRecord[] records)
    {
        using (JsonLinesAuditSink sink = new(_path))
        {
            await sink.WriteAsync(records, CancellationToken.None);
        }

        return Lines();
    }

    private JsonElement[] Lines() =>
        [.. File.ReadAllLines(_path).Select(static l => JsonElement.Parse(l)).Where(static l => l.TryGetProperty("record", out _)).Select(static l => l.GetProperty("record"))];
}
