using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntentAuthz.Tests.Audit;

/// <summary>The two forms of a record, byte by byte: the hashes of every log that is there are made of the one, and people compare the other.</summary>
public sealed class RecordFormTests
{
    private static readonly AuditSubject s_subject = new(AuditQueueTests.NewTask(new TenantId("acme")));

    [Fact]
    public void Json_OfEveryMember_IsAsItWas() => Assert.Equal(
        """{"schema":1,"kind":"decision","time":"2026-03-02T09:00:00.123Z","tenant":"acme","task":"task_1","purpose":"test","agent":"bot","owner":"ann","principal":"person bea","call":"call_1","frameworkCallId":"f\u2028\"","tool":"pay","action":"Action::\"pay\"","resources":["Invoice::\"1\"","Invoice::\"2\""],"argumentsDigest":"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20","arguments":{"amount":"20","to":"ACME"},"outcome":"require-approval","reason":"approval-required","explanation":"why","policies":["p","q"],"policyVersion":"v","approval":"appr_1","lease":"lease_1","observed":"no-permit","risk":0,"signals":["runaway"],"engineMicroseconds":12.3,"resultLabel":"untrusted/restricted","durationMs":1.5}""",
        Json(Full));

    [Fact]
    public void Json_OfNoMember_IsAsItWas() => Assert.Equal("""{"schema":1,"kind":"task","time":"1970-01-01T00:00:00Z","reason":"active","explanation":""}""", Json(Least));

    [Fact]
    public void Text_OfEveryMember_IsAsItWas() => Assert.Equal(
        "AuditRecord { Kind = Decision, Time = 03/02/2026 10:00:00 +01:00, Tenant = acme, Subject = IntentAuthz.AuditSubject, Principal = person bea, Call = call_1, FrameworkCallId = f\u2028\", Tool = pay, Action = Action::\"pay\", Resources = System.Collections.Immutable.ImmutableArray`1[System.String], ArgumentsDigest = 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20, Arguments = System.Collections.Immutable.ImmutableArray`1[System.Collections.Generic.KeyValuePair`2[System.String,System.String]], Outcome = RequireApproval, ReasonCode = approval-required, Explanation = why, Policies = System.Collections.Immutable.ImmutableArray`1[System.String], PolicyVersion = v, Approval = appr_1, ApprovalAskedBy = System.Collections.Immutable.ImmutableArray`1[System.String], Lease = lease_1, ObservedReason = no-permit, Risk = 0 (), Signals = System.Collections.Immutable.ImmutableArray`1[System.String], EngineTime = 00:00:00.0000123, ResultLabel = untrusted/restricted, Duration = 00:00:00.0015000 }",
        Text(Full));

    [Fact]
    public void Text_OfNoMember_IsAsItWas() => Assert.Equal(
        "AuditRecord { Kind = Task, Time = 01/01/1970 00:00:00 +00:00, Tenant = , Subject = , Principal = , Call = , FrameworkCallId = , Tool = , Action = , Resources = System.Collections.Immutable.ImmutableArray`1[System.String], ArgumentsDigest = , Arguments = System.Collections.Immutable.ImmutableArray`1[System.Collections.Generic.KeyValuePair`2[System.String,System.String]], Outcome = , ReasonCode = active, Explanation = , Policies = System.Collections.Immutable.ImmutableArray`1[System.String], PolicyVersion = , Approval = , ApprovalAskedBy = System.Collections.Immutable.ImmutableArray`1[System.String], Lease = , ObservedReason = , Risk = , Signals = System.Collections.Immutable.ImmutableArray`1[System.String], EngineTime = , ResultLabel = , Duration =  }",
        Text(Least));

    private static AuditRecord Least => new() { Kind = AuditKind.Task, Time = DateTimeOffset.UnixEpoch, ReasonCode = "active", Explanation = "" };

    private static AuditRecord Full => new()
    {
        Kind = AuditKind.Decision,
        Time = new DateTimeOffset(2026, 3, 2, 10, 0, 0, 123, TimeSpan.FromHours(1)),
        Tenant = new TenantId("acme"),
        Subject = s_subject,
        Principal = "person bea",
        Call = new CallId("call_1"),
        FrameworkCallId = "f\u2028\"",
        Tool = "pay",
        Action = "Action::\"pay\"",
        Resources = ["Invoice::\"1\"", "Invoice::\"2\""],
        ArgumentsDigest = new ArgumentsDigest([.. Enumerable.Range(1, 32).Select(static n => (byte)n)]),
        Arguments = [new("amount", "20"), new("to", "ACME")],
        Outcome = DecisionOutcome.RequireApproval,
        ReasonCode = ReasonCodes.ApprovalRequired,
        Explanation = "why",
        Policies = ["p", "q"],
        PolicyVersion = "v",
        Approval = new ApprovalId("appr_1"),
        Lease = new LeaseId("lease_1"),
        ObservedReason = ReasonCodes.NoPermit,
        Risk = new RiskScore([]),
        Signals = ["runaway"],
        EngineTime = TimeSpan.FromMicroseconds(12.3),
        ResultLabel = new Label(Integrity.Untrusted, Confidentiality.Restricted),
        Duration = TimeSpan.FromMilliseconds(1.5),
    };

    private static string Json(AuditRecord record)
    {
        ArrayBufferWriter<byte> bytes = new();
        new AuditJson().Write(bytes, record);
        return Known(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static string Text(AuditRecord record)
    {
        CultureInfo own = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // times read as the reader's own culture has them
        try
        {
            return Known(record.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = own;
        }
    }

    private static string Known(string text) => text.Replace(s_subject.Task.Value, "task_1", StringComparison.Ordinal);
}
