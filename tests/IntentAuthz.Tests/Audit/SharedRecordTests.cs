using System.Collections;
using System.Collections.Immutable;
using System.Reflection;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Audit;

/// <summary>The two records of a call hold one object between them, and nobody sees it: what is done to one never shows in the other.</summary>
public sealed class SharedRecordTests
{
    private static readonly AuditedTask s_task = new(new TenantId("acme"), new AuditSubject(AuditQueueTests.NewTask(new TenantId("acme"))));
    private static readonly AuditedTool s_tool = new("pay", "Action::\"pay\"");
    private static readonly PropertyInfo[] s_members = typeof(AuditRecord).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    /// <summary>For each member a value that no record here has.</summary>
    private static readonly Dictionary<string, object> s_others = new()
    {
        ["Kind"] = AuditKind.Signal,
        ["Time"] = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)),
        ["Tenant"] = new TenantId("other"),
        ["Subject"] = new AuditSubject(AuditQueueTests.NewTask(new TenantId("other"))),
        ["Principal"] = "person bea",
        ["Call"] = new CallId("call_2"),
        ["FrameworkCallId"] = "f2",
        ["Tool"] = "pay2",
        ["Action"] = "Action::\"pay2\"",
        ["Resources"] = ImmutableArray.Create("Invoice::\"2\""),
        ["ArgumentsDigest"] = Digest(9),
        ["Arguments"] = ImmutableArray.Create(new KeyValuePair<string, string>("amount", "20")),
        ["Outcome"] = DecisionOutcome.Deny,
        ["ReasonCode"] = ReasonCodes.NoPermit,
        ["Explanation"] = "another",
        ["Policies"] = ImmutableArray.Create("q"),
        ["PolicyVersion"] = "v2",
        ["Approval"] = new ApprovalId("appr_2"),
        ["ApprovalAskedBy"] = ImmutableArray.Create("score"),
        ["Lease"] = new LeaseId("lease_2"),
        ["ObservedReason"] = ReasonCodes.Revoked,
        ["Risk"] = new RiskScore([]),
        ["Signals"] = ImmutableArray.Create("chaining"),
        ["EngineTime"] = TimeSpan.FromSeconds(5),
        ["ResultLabel"] = new Label(Integrity.Known, Confidentiality.Public),
        ["Duration"] = TimeSpan.FromSeconds(7),
    };

    public static TheoryData<string> Members => [.. s_members.Select(static m => m.Name)];

    [Theory]
    [MemberData(nameof(Members))]
    public void With_OfAnyMember_ChangesThatMemberOfThatRecordAlone(string name)
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        foreach (AuditRecord record in (AuditRecord[])[decision, outcome, Full()])
        {
            object?[] ofDecision = Values(decision), ofOutcome = Values(outcome), before = Values(record);

            AuditRecord copy = With(record, name, s_others[name]);
            AuditRecord back = With(copy, name, s_members.Single(m => m.Name == name).GetValue(record));

            Assert.Equal(s_others[name], s_members.Single(m => m.Name == name).GetValue(copy));
            Assert.Equal(Changed(before, name), Changed(Values(copy), name)); // every other member is as it was
            Assert.Equal(before, Values(record));
            Assert.Equal(ofDecision, Values(decision));
            Assert.Equal(ofOutcome, Values(outcome));
            Assert.NotEqual(record, copy);
            Assert.Equal(record, back);
            Assert.Equal(record.GetHashCode(), back.GetHashCode());
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void With_OfAMemberThatIsTakenAway_LeavesTheOthers(string name)
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        foreach (AuditRecord record in (AuditRecord[])[decision, outcome, Full()])
        {
            PropertyInfo member = s_members.Single(m => m.Name == name);
            object? none = member.PropertyType.IsGenericType && member.PropertyType.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
                ? member.PropertyType.GetField("Empty")!.GetValue(null)
                : member.PropertyType.IsValueType ? Activator.CreateInstance(member.PropertyType) : null;
            object?[] before = Values(record), ofDecision = Values(decision), ofOutcome = Values(outcome);

            AuditRecord copy = With(record, name, none);

            Assert.Equal(none, member.GetValue(copy));
            Assert.Equal(Changed(before, name), Changed(Values(copy), name));
            Assert.Equal(ofDecision, Values(decision));
            Assert.Equal(ofOutcome, Values(outcome));
        }
    }

    [Fact]
    public void With_OfEveryMember_OneAfterTheOther_HasThemAll()
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        foreach (AuditRecord record in (AuditRecord[])[decision, outcome])
        {
            AuditRecord forth = s_members.Aggregate(record, static (r, m) => With(r, m.Name, s_others[m.Name]));
            AuditRecord back = s_members.Reverse().Aggregate(record, static (r, m) => With(r, m.Name, s_others[m.Name]));

            Assert.Equal(s_members.Select(static m => s_others[m.Name]), Values(forth));
            Assert.Equal(forth, back);
        }

        Assert.Equal(s_members.Length, s_others.Count);
    }

    [Fact]
    public void Record_OfAnOutcome_SaysNothingOfTheDecision()
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        decision.ArgumentsDigest = Digest(1);

        Assert.Equal(Digest(1), decision.ArgumentsDigest);
        Assert.Null(outcome.ArgumentsDigest);
        Assert.Null(outcome.PolicyVersion);
        Assert.Null(outcome.Approval);
        Assert.Null(outcome.EngineTime);
        Assert.Empty(outcome.Policies);
        Assert.Empty(outcome.Signals);
        Assert.Equal((decision.Call, decision.Tool, decision.Subject), (outcome.Call, outcome.Tool, outcome.Subject));
    }

    [Fact]
    public void Record_MadeOfSharedFacts_EqualsOneThatWasGivenThemOneByOne()
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        AuditRecord ended = new()
        {
            Duration = outcome.Duration, Explanation = outcome.Explanation, ReasonCode = outcome.ReasonCode, Time = outcome.Time, Kind = outcome.Kind, Tenant = outcome.Tenant,
            Subject = outcome.Subject, Call = outcome.Call, FrameworkCallId = "f1", Tool = "pay", Action = "Action::\"pay\"", Resources = outcome.Resources, Lease = outcome.Lease,
            ResultLabel = outcome.ResultLabel,
        };

        Assert.Equal(outcome, ended);
        Assert.Equal(outcome.GetHashCode(), ended.GetHashCode());
        Assert.NotEqual(decision, outcome);
    }

    [Fact]
    public void Digest_OfACopy_IsNotTheOtherRecords()
    {
        (AuditRecord decision, AuditRecord outcome) = Pair();
        AuditRecord copy = decision with { Explanation = "copied" };
        copy.ArgumentsDigest = Digest(1);
        decision.ArgumentsDigest = Digest(2);
        outcome.ArgumentsDigest = Digest(3);
        AuditRecord later = decision with { Tool = "later" };
        decision.ArgumentsDigest = Digest(4);

        Assert.Equal([Digest(1), Digest(4), Digest(3), Digest(2)], [copy.ArgumentsDigest, decision.ArgumentsDigest, outcome.ArgumentsDigest, later.ArgumentsDigest]);
    }

    [Fact]
    public async Task Digest_ReadWhileItIsWritten_IsThereAsAWholeOrNot()
    {
        const int Records = 20_000;
        AuditRecord[] records = new AuditRecord[Records];
        int wrong = 0;
        using Barrier start = new(3);
        for (int i = 0; i < Records; i++)
        {
            records[i] = Pair().Decision;
        }

        void Read()
        {
            start.SignalAndWait();
            for (int i = 0; i < Records; i++)
            {
                for (ArgumentsDigest? read = null; read is null;)
                {
                    read = records[i].ArgumentsDigest;
                    ArgumentsDigest? copied = (records[i] with { Tool = "copy" }).ArgumentsDigest;
                    if ((read ?? Digest((byte)i)) != Digest((byte)i) || (copied ?? Digest((byte)i)) != Digest((byte)i))
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
            }
        }

        Task[] readers = [Task.Run(Read), Task.Run(Read)];
        start.SignalAndWait();
        for (int i = 0; i < Records; i++)
        {
            records[i].ArgumentsDigest = Digest((byte)i);
        }

        await Task.WhenAll(readers);

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Records_OfACall_TakeLittleRoom()
    {
        const int Calls = 1_000;
        object[] kept = new object[Calls];
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                (AuditRecord decision, kept[i]) = Pair();
                decision.ArgumentsDigest = default(ArgumentsDigest);
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        // Two records of 64 B and what they say of the call, 144 B with its id, for which there is no text of 80 B. Whoever needs more for something that every call has raises it, and says for what.
        Assert.True(least <= 272, $"the two records of a call take {least} B");
    }

    [Fact]
    public async Task Records_OfACall_KeepTextAndValuesAndNothingOfTheCall()
    {
        await using GuardFixture fixture = new(
            """@id("all") permit(principal is IntentAuthz::Agent, action, resource);""",
            static b => b.AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"to":{"type":"string"}}}""").Resource("Account", "to").Idempotent().NeedsCredential("bank").ShowInAudit("to"))
                .AddCredentialProfile(new CredentialProfile("bank", "vault", "bank", ["pay"], TimeSpan.FromMinutes(5)))
                .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(Secret.FromString("tok-5f0c9e1b7a2d")))));
        await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"ACME"}""");

        AuditRecord[] records = [.. (await fixture.RecordsAsync()).Where(static r => r.Kind is AuditKind.Decision or AuditKind.Outcome)];

        Assert.Equal(2, records.Length);
        Assert.All(records, static r => Assert.NotNull(r.Lease));
        HashSet<Type> held = [];
        Array.ForEach(records, r => Collect(r, held, []));
        Assert.Superset(
            held,
            new HashSet<Type>([
                typeof(AuditRecord), typeof(AuditFacts), typeof(AuditedTask), typeof(AuditSubject), typeof(AuditedTool), typeof(AuditRecordExtras), typeof(string), typeof(string[]),
                typeof(KeyValuePair<string, string>[]),
            ]));
    }

    private static (AuditRecord Decision, AuditRecord Outcome) Pair()
    {
        AuditFacts facts = new()
        {
            Task = s_task,
            Tool = s_tool,
            Call = s_call,
            FrameworkCallId = "f1",
            Resources = s_resources,
            Lease = s_lease,
            Policies = s_policies,
            PolicyVersion = "v1",
        };
        facts.Raised(1 << (int)SignalKind.Runaway);
        return (
            new AuditRecord(facts)
            {
                Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Outcome = DecisionOutcome.Permit, ReasonCode = ReasonCodes.Permitted, Explanation = "yes",
                EngineTime = TimeSpan.FromMicroseconds(3),
            },
            new AuditRecord(facts, tellsCallAlone: true)
            {
                Kind = AuditKind.Outcome, Time = DateTimeOffset.UnixEpoch, ReasonCode = ReasonCodes.Completed, Explanation = "done", ResultLabel = Label.Best,
                Duration = TimeSpan.FromMilliseconds(2),
            });
    }

    /// <summary>One that has everything, in objects of its own.</summary>
    private static AuditRecord Full() => Pair().Decision with
    {
        Principal = "person carl", ArgumentsDigest = Digest(5), Arguments = [new("to", "ACME")], Approval = new ApprovalId("appr_1"), ObservedReason = ReasonCodes.ToolFailed,
        Risk = new RiskScore([]), Signals = ["shadow-privilege"], ResultLabel = Label.Worst, Duration = TimeSpan.FromSeconds(1),
    };

    private static readonly CallId s_call = new("call_1");
    private static readonly LeaseId s_lease = new("lease_1");
    private static readonly ImmutableArray<string> s_resources = ["Invoice::\"1\""];
    private static readonly ImmutableArray<string> s_policies = ["p"];

    /// <summary>Whatever part of it is read, it tells from another.</summary>
    private static ArgumentsDigest Digest(byte of) => new(Enumerable.Repeat((byte)(of + 1), 32).ToArray());

    private static AuditRecord With(AuditRecord record, string name, object? value)
    {
        AuditRecord copy = record with { };
        s_members.Single(m => m.Name == name).GetSetMethod(nonPublic: true)!.Invoke(copy, [value]);
        return copy;
    }

    private static object?[] Values(AuditRecord record) => [.. s_members.Select(m => m.GetValue(record))];

    private static object?[] Changed(object?[] values, string name) => [.. values.Where((_, i) => s_members[i].Name != name)];

    private static void Collect(object? from, HashSet<Type> held, HashSet<object> seen)
    {
        if (from is null || (!from.GetType().IsValueType && !seen.Add(from)))
        {
            return;
        }

        Type type = from.GetType();
        if (!type.IsValueType)
        {
            held.Add(type);
        }

        if (from is IEnumerable and Array all)
        {
            foreach (object? one in all)
            {
                Collect(one, held, seen);
            }
        }
        else if (!type.IsPrimitive && type != typeof(string))
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                Collect(field.GetValue(from), held, seen);
            }
        }
    }
}
