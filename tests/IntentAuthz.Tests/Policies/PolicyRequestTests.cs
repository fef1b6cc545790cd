using CsCheck;

using IntentAuthz.Cedar;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Policies;

/// <summary>What a decision reads of a request's context is found when it is read, and is what the whole context would have said.</summary>
public sealed class PolicyRequestTests
{
    private const string Short = """permit(principal, action, resource) when { context.input.amount < 100 || context.history.calls < 3 };""";

    [Fact]
    public void Evaluate_APermitThatOneMemberDecides_BuildsNoOther()
    {
        Source source = new(Input(7));
        PolicyRequest request = Request(source);
        Assert.Equal(VerdictEffect.Permit, Ask(Short, request).Effect);
        Assert.Equal(ContextParts.Input, request.Built);
        Assert.Equal(["input"], source.Built);
    }

    [Fact]
    public void Evaluate_ADenial_BuildsAllThatThePoliciesMention()
    {
        PolicyRequest request = Request(new Source(Input(7)));
        Assert.Equal(VerdictEffect.Deny, Ask("""permit(principal, action, resource) when { context.input.amount > 100 && context.history.calls < 3 };""", request).Effect);
        Assert.True(request.Built == (ContextParts.Input | ContextParts.History), "it is explained later, and the history will have moved on");
    }

    [Theory]
    [InlineData("""@approval("boss") """, ContextParts.Input | ContextParts.History)]
    [InlineData("""@rate("5/1m") """, ContextParts.Input)]
    public void Evaluate_APermitThatAsks_BuildsAllThatThePoliciesMentionWhereAPersonIsAsked(string annotation, object built)
    {
        PolicyRequest request = Request(new Source(Input(7)));
        Assert.Equal(VerdictEffect.Permit, Ask(annotation + Short, request).Effect);
        Assert.Equal(built, request.Built);
    }

    [Fact]
    public void Evaluate_APermitBesideAPolicyThatFails_BuildsAllThatThePoliciesMention()
    {
        PolicyRequest request = Request(new Source(Input(7)));
        Verdict verdict = Ask(Short + """permit(principal, action, resource) when { context.input.missing == 1 && context.risk.score < 3 };""", request);
        Assert.Equal((VerdictEffect.Permit, 1), (verdict.Effect, verdict.Errors.Length));
        Assert.Equal(ContextParts.Input | ContextParts.History | ContextParts.Risk, request.Built);
    }

    [Fact]
    public void Evaluate_AMandateThatDenies_BuildsWhatThePolicySetMentionsToo()
    {
        PolicyRequest request = Request(new Source(Input(7)));
        Ask(Short, request);
        Assert.NotEqual(VerdictEffect.Permit, Mandate.Of(MandateGrant.Of("refund")).Evaluate(request)!.Effect);
        Assert.Equal(ContextParts.Input | ContextParts.History, request.Built);
    }

    [Fact]
    public void Evaluate_AValueThatTheSourceReads_BuildsNothing()
    {
        Source source = new(Input(7), answers: () => true);
        PolicyRequest request = Request(source);
        Assert.Equal(VerdictEffect.Permit, Ask("""permit(principal, action, resource) when { context.input.amount < 100 && !(context.input has note) };""", request).Effect);
        Assert.Equal(ContextParts.None, request.Built);
    }

    [Theory]
    [InlineData("context.input.address has city", true)]
    [InlineData("context.input has address.city", false)]
    [InlineData("context.approval has approved", true)]
    [InlineData("context has approval.approved", false)]
    [InlineData("context has approval", false)]
    [InlineData("context has unknown", false)]
    public void Evaluate_ANameThatIsMissingOnTheWay_FailsOnlyWhereItIsReadAndNotAskedFor(string condition, bool fails)
    {
        foreach (bool answers in (bool[])[false, true])
        {
            Verdict verdict = Ask($$"""permit(principal, action, resource) when { {{condition}} };""", Request(new Source(Input(7), answers: () => answers, isLoose: true)));
            Assert.Equal((VerdictEffect.Deny, fails), (verdict.Effect, !verdict.Errors.IsEmpty));
        }
    }

    [Fact]
    public void TryRead_AnyPath_IsWhatTheWholeContextSays() =>
        Gen.Int.Sample(seed =>
        {
            Random random = new(seed);
            CedarRecord whole = CedarRecord.Create(Names(random).Select(n => KeyValuePair.Create<string, CedarValue>(n, Record(random, 2))));
            PolicyRequest request = Request(new Source(whole, answers: () => random.Next(2) == 0, isLoose: random.Next(2) == 0));
            for (int i = 0; i < 12; i++)
            {
                string[] path = [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => n == 0 ? ContextNames.All[random.Next(8)].Name : $"{(char)('a' + random.Next(4))}")];
                if (((ICedarContext)request).TryRead(path, out CedarScalar value))
                {
                    Assert.True(((ICedarContext)whole).TryRead(path, out CedarScalar expected), $"{string.Join('.', path)} is answered, and only the record can: {whole}");
                    Assert.Equal(expected, value);
                }
            }

            Assert.Equal(whole, request.Context);
        });

    [Fact]
    public void ToRecord_AfterAMandateWasAsked_IsTheWholeContext()
    {
        CedarRecord whole = Input(7);
        PolicyRequest request = Request(new Source(whole));
        Mandate.Of(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(100))).Evaluate(request);
        Assert.True(whole == ((ICedarContext)request).ToRecord(), "an engine of the host's own would miss what its policies read");
    }

    [Fact]
    public void Ask_APermit_AllocatesTheRequestAlone()
    {
        LoadedPolicies policies = Engine(Short).PoliciesOf(PolicyAsking.Acme);
        Source source = new(Input(7));
        AgentIdentity bot = AgentIdentity.HostAsserted(new AgentId("bot"), PolicyAsking.Acme, "ann");
        Entity action = new(new EntityUid("Action", "pay")), invoice = new(new EntityUid("Invoice", "2041"));
        long least = long.MaxValue;
        for (int round = 0; round < 100; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            PolicyEvaluation.Evaluate(policies, PolicyRequest.Of(PolicyAsking.Acme, bot.Entity, action, invoice, EntityStore.Empty, source));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(least <= 112, $"asking takes {least} B");
    }

    [Fact]
    public async Task EvaluateAsync_AMemberThatCannotBeBuilt_IsADenialSinceTheEngineFailed()
    {
        CedarPolicyEngine engine = Engine("""permit(principal, action, resource) when { context.input.amount < 100 || true };""");
        AdministrativeGate gate = new(engine, EntityStore.Empty, new FakeTimeProvider(), TimeSpan.FromSeconds(1));
        Entity ann = AdministrativeGate.EntityOf(Principal.Person("ann", PolicyAsking.Acme));
        (Decision decision, _) = await gate.DecideAsync(ann, PolicyAsking.Acme, "OpenTask", PolicyAsking.Acme, ann, new Broken(), CancellationToken.None);
        Assert.Equal(ReasonCodes.EngineFailed, decision.ReasonCode);
    }

    private static CedarPolicyEngine Engine(string policies) => PolicyAsking.Engine(policies);

    private static Verdict Ask(string policies, PolicyRequest request)
    {
        ValueTask<Verdict> answer = Engine(policies).EvaluateAsync(request, CancellationToken.None);
        Assert.True(answer.IsCompletedSuccessfully, "the native engine answers at once");
        return answer.Result;
    }

    private static PolicyRequest Request(IContextSource source) => PolicyRequest.Of(
        PolicyAsking.Acme, AgentIdentity.HostAsserted(new AgentId("bot"), PolicyAsking.Acme, "ann").Entity, new Entity(new EntityUid("Action", "pay")),
        new Entity(new EntityUid("Invoice", "2041")), EntityStore.Empty, source);

    private static CedarRecord Input(long amount) => new CedarRecord.Builder
    {
        { "input", new CedarRecord.Builder { { "amount", amount } }.Build() },
        { "history", new CedarRecord.Builder { { "calls", 1L } }.Build() },
        { "risk", new CedarRecord.Builder { { "score", 1L } }.Build() },
    }.Build();

    private static IEnumerable<string> Names(Random random) => ContextNames.All.Select(static n => n.Name).Where(_ => random.Next(3) > 0);

    private static CedarRecord Record(Random random, int depth)
    {
        CedarRecord.Builder record = new();
        foreach (string name in ((string[])["a", "b", "c"]).Where(_ => random.Next(3) > 0))
        {
            record.Add(name, random.Next(depth > 0 ? 5 : 3) switch
            {
                0 => 7L,
                1 => "text",
                2 => new EntityUid("User", "ann"),
                _ => Record(random, depth - 1),
            });
        }

        return record.Build();
    }

    /// <summary>The members of a whole context. Where it answers of itself, it is as loose as one may be who takes a missing name on the way for nothing.</summary>
    private sealed class Source(CedarRecord whole, Func<bool>? answers = null, bool isLoose = false) : IContextSource
    {
        internal List<string> Built { get; } = [];

        public CedarRecord? Build(ContextParts part)
        {
            string name = ContextNames.NameOf(part);
            Built.Add(name);
            return whole.TryGetValue(name, out CedarValue? value) ? (CedarRecord)value : null;
        }

        public bool TryRead(ContextParts part, ReadOnlySpan<string> path, out CedarScalar value)
        {
            value = CedarScalar.Absent;
            return answers?.Invoke() == true && whole.TryGetValue(ContextNames.NameOf(part), out CedarValue? member)
                && (((ICedarContext)(CedarRecord)member).TryRead(path, out value) || (isLoose && IsNowhere((CedarRecord)member, path)));
        }

        private static bool IsNowhere(CedarRecord record, ReadOnlySpan<string> path) =>
            !record.TryGetValue(path[0], out CedarValue? value) || (path.Length > 1 && value is CedarRecord next && IsNowhere(next, path[1..]));
    }

    private sealed class Broken : IContextSource
    {
        public CedarRecord? Build(ContextParts part) => throw new TimeoutException();
    }
}
