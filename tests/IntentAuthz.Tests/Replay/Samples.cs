using System.Collections.Immutable;

using CsCheck;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Replay;

/// <summary>Decisions made up for tests: everything that one can hold, in any combination.</summary>
internal static class Samples
{
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char["abc \"\\*\n\t\0\u200bé{}"], 0, 12],
        Gen.Int[0, 0x10FFFF].Where(System.Text.Rune.IsValid).Select(char.ConvertFromUtf32).Array[0, 5].Select(string.Concat));

    private static readonly Gen<string> s_id = Gen.OneOf(Gen.OneOf("a", "b", "finance", "call_0", "call_AAECAwQFBgcICQoLDA0ODw", "call_AAECAwQFBgcICQoLDA0ODx"), Gen.String[Gen.Char.AlphaNumeric, 1, 40]);

    internal static readonly Gen<EntityUid> Uid = Gen.Select(Gen.OneOf("User", "A::B", "_x1::Y"), s_text, (type, id) => new EntityUid(type, id));

    private static readonly Gen<CedarRecord> s_record = Record(3);

    private static readonly Gen<Entity> s_entity = Gen.Select(Uid, Record(2), Uid.Array[0, 4], Record(1), (uid, attributes, parents, tags) => new Entity(uid, attributes, parents, tags));

    private static readonly Gen<Obligations> s_obligations = Gen.Select(
        Gen.Select(s_text, Gen.Int[1, 10], (role, count) => new ApprovalRequirement(role, count)).Array[0, 3],
        Gen.OneOf<string?>(Gen.Const((string?)null), s_id.Select(string? (id) => id)),
        s_id.Array[0, 2],
        s_text.Array[0, 2],
        Gen.Select(Gen.Int[1, 10_000], Gen.Long[10_000_000, 864_000_000_000], (count, ticks) => new RateLimit(count, TimeSpan.FromTicks(ticks))).Array[0, 2],
        (approvals, credential, containments, redactions, rates) => new Obligations
        {
            Approvals = [.. approvals], Credential = credential, Containments = [.. containments], Redactions = [.. redactions], Rates = [.. rates],
        });

    private static readonly Gen<Verdict> s_verdict = Gen.Select(
        Gen.Bool, s_text, s_text.Array[0, 4], s_text.Array[0, 2], s_obligations,
        (permits, reason, policies, errors, obligations) => new Verdict(permits ? VerdictEffect.Permit : VerdictEffect.Deny, reason, [.. policies], [.. errors], obligations));

    internal static readonly Gen<RecordedDecision> Decision =
        from parts in Gen.Int[0, 255]
        from values in Gen.OneOf<CedarRecord?>(Gen.Const((CedarRecord?)null), s_record.Select(CedarRecord? (r) => r)).Array[8]
        from scrubbed in Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[0, 255]))
        from areEntitiesScrubbed in Gen.Bool
        from ticks in Gen.Long[0, DateTime.MaxValue.Ticks]
        from tenant in s_id
        from call in Gen.OneOf<CallId?>(Gen.Const((CallId?)null), s_id.Select(CallId? (id) => new CallId(id)), Gen.Const(0).Select(CallId? (_) => CallId.New()))
        from task in Gen.OneOf<TaskId?>(Gen.Const((TaskId?)null), s_id.Select(TaskId? (id) => new TaskId(id)))
        from mandate in Gen.OneOf<string?>(Gen.Const((string?)null), s_text.Select(string? (m) => m))
        from uids in Uid.Array[3]
        from entities in s_entity.Array[0, 6]
        from absent in Uid.Array[0, 3]
        from verdict in s_verdict
        from version in s_text
        select new RecordedDecision((ContextParts)parts, [.. values.Select((v, i) => (parts & (1 << i)) != 0 ? v : null)])
        {
            Time = new DateTimeOffset(ticks, TimeSpan.Zero),
            Tenant = new TenantId(tenant),
            Call = call,
            Task = task,
            Mandate = mandate,
            Principal = uids[0],
            Action = uids[1],
            Resource = uids[2],
            Entities = [.. entities],
            AbsentEntities = [.. absent],
            ScrubbedParts = (ContextParts)scrubbed,
            AreEntitiesScrubbed = areEntitiesScrubbed,
            Verdict = verdict,
            PolicyVersion = version,
        };

    /// <summary>A decision that says little, with a number to know it by.</summary>
    internal static RecordedDecision Numbered(int number, string text = "") => new(
        ContextParts.Input, [new CedarRecord.Builder { { "number", (long)number }, { "text", text } }.Build(), null, null, null, null, null, null, null])
    {
        Time = DateTimeOffset.UnixEpoch.AddSeconds(number),
        Tenant = new TenantId("acme"),
        Call = CallId.New(),
        Principal = new EntityUid("User", "u"),
        Action = new EntityUid("Action", "a"),
        Resource = new EntityUid("Thing", $"t{number}"),
        Entities = [],
        Verdict = new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"]),
        PolicyVersion = "1",
        Weight = 1000,
    };

    internal static long NumberOf(RecordedDecision decision) => ((CedarLong)((CedarRecord)decision.Context["input"])["number"]).Value;

    /// <summary>Everything a decision holds, as text: equal for equal decisions alone.</summary>
    internal static string Describe(RecordedDecision d) => string.Join(
        '\n',
        [
            d.Time.UtcTicks, d.Tenant, d.Call, d.Task, d.Mandate ?? "(none)", d.Principal, d.Action, d.Resource, d.Parts, d.ScrubbedParts, d.AreEntitiesScrubbed,
            d.PolicyVersion, d.Verdict.Effect, d.Verdict.ReasonCode, List(d.Verdict.Policies), List(d.Verdict.Errors), List(d.Verdict.Obligations.Approvals.Select(static a => (a.Role, a.Count))),
            d.Verdict.Obligations.Credential ?? "(none)", List(d.Verdict.Obligations.Containments), List(d.Verdict.Obligations.Redactions),
            List(d.Verdict.Obligations.Rates), List(d.AbsentEntities), d.Context,
            List(d.Entities.Select(static e => $"{e.Uid} {e.Attributes} {List(e.Parents)} {e.Tags}")),
        ]);

    private static string List<T>(IEnumerable<T> items) => string.Join(" | ", items.Select(static i => $"<{i}>"));

    private static Gen<CedarRecord> Record(int depth) => Gen.Select(s_text, Value(depth - 1)).Array[0, 8].Select(
        static pairs => CedarRecord.Create(pairs.DistinctBy(static p => p.Item1).Select(static p => KeyValuePair.Create(p.Item1, p.Item2))));

    private static Gen<CedarValue> Value(int depth) => depth <= 0
        ? Gen.OneOf(
            Gen.Bool.Select(static b => (CedarValue)b),
            Gen.OneOf(Gen.Long, Gen.OneOf(long.MinValue, long.MaxValue, 0L, -1L)).Select(static n => (CedarValue)n),
            s_text.Select(static s => (CedarValue)s),
            Uid.Select(static u => (CedarValue)u),
            Gen.Long.Select(static n => (CedarValue)CedarDecimal.FromScaled(n)),
            Gen.Long.Select(static n => (CedarValue)new CedarDatetime(n)),
            Gen.Long.Select(static n => (CedarValue)new CedarDuration(n)),
            Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32], Ip),
            Gen.Select(Gen.OneOf((byte)0, (byte)1, (byte)255).Array[16], Gen.Int[0, 128], Ip))
        : Gen.OneOf(
            Value(0),
            Value(depth - 1).Array[0, 12].Select(static items => (CedarValue)CedarSet.Create(items)),
            Record(depth).Select(static r => (CedarValue)r));

    private static CedarValue Ip(byte[] bytes, int prefix) =>
        CedarIpAddress.TryParse($"{CedarIpAddress.FromIPAddress(new System.Net.IPAddress(bytes)).ToString()[4..^2]}/{prefix}", out CedarIpAddress? address)
            ? address
            : throw new InvalidOperationException("An address that was written cannot be read.");
}
