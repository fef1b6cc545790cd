using System.Text;

using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace IntentAuthz.Tests.Guarding;

/// <summary>Ways a model, a tool or a broken part might get around the guard. Each was tried; none may work.</summary>
public sealed class AttackTests
{
    private const string PermitAgents = """permit(principal is IntentAuthz::Agent, action, resource);""";

    private static ToolDescriptorBuilder Pay => ToolDescriptor.For("pay")
        .InputSchema("""{"properties":{"to":{},"amount":{"type":"integer"}},"required":["amount"],"additionalProperties":true}""")
        .Argument("to", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude).Idempotent();

    [Fact]
    public async Task ArgumentsAreOverwrittenAfterTheCallWasHandedOver_TheToolGetsWhatWasDecided()
    {
        TaskCompletionSource<Verdict> answer = new();
        IPolicyEngine engine = Substitute.For<IPolicyEngine>();
        engine.GetVersion(Arg.Any<TenantId>()).Returns("1");
        engine.EvaluateAsync(Arg.Any<PolicyRequest>(), Arg.Any<CancellationToken>())
            .Returns(c => c.Arg<PolicyRequest>().Action.Id == "OpenTask"
                ? new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"]))
                : new ValueTask<Verdict>(answer.Task));
        await using GuardFixture fixture = new("", b => b.AddTool(Pay).UsePolicyEngine(engine));
        AgentTask task = await fixture.OpenAsync();
        byte[] arguments = Encoding.UTF8.GetBytes("""{"to":"ACME","amount":1}""");
        Task<GuardResult> call = fixture.Guard.InvokeAsync(task, new ToolCall("pay", arguments), fixture.NoteAsync).AsTask();

        "EVE!"u8.CopyTo(arguments.AsSpan(7));
        answer.SetResult(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"]));
        await call;

        Assert.Equal("""{"to":"ACME","amount":1}""", Assert.Single(fixture.Ran));
    }

    [Theory]
    [InlineData("PAY")]
    [InlineData("pаy")] // a Cyrillic a
    [InlineData("pay ")]
    [InlineData("pay\u200b")] // a zero-width space
    [InlineData("ｐａｙ")] // full-width letters
    [InlineData("")]
    public async Task ToolNameDiffersByCaseOrLooksAlike_IsUnknown(string name)
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), name, """{"to":"ACME","amount":1}""");

        Assert.Equal(ReasonCodes.UnknownTool, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Theory]
    [InlineData("Pay")]
    [InlineData("ｐａｙ")]
    public async Task ToolWhoseNameLooksLikeAnother_IsNotTakenIntoTheCatalogue(string name)
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay));

        Assert.Throws<ArgumentException>(() => fixture.Guard.Tools.Add(ToolDescriptor.For(name).Build()));
    }

    [Theory]
    [InlineData("""{"to":"ACME","amount":1,"Amount":9000}""")]
    [InlineData("""{"to":"ACME","аmount":9000}""")] // a Cyrillic a
    [InlineData("""{"to":"ACME","amount ":9000}""")]
    [InlineData("""{"to":"ACME","__proto__":{}}""")]
    public async Task ArgumentNameDiffersByCaseOrLooksAlike_IsDenied(string arguments)
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay", arguments);

        Assert.Equal(ReasonCodes.UnknownArgument, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task UndeclaredArgumentsAreOpen_OneThatCanBeMistakenForADeclaredOneIsDeniedStill()
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay.AcceptUndeclaredArguments()));
        AgentTask task = await fixture.OpenAsync();

        Assert.Equal(ReasonCodes.UnknownArgument, (await fixture.CallAsync(task, "pay", """{"Amount":1}""")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.UnknownArgument, (await fixture.CallAsync(task, "pay", """{"memo":1,"Memo":2}""")).Decision.ReasonCode);
        Assert.True((await fixture.CallAsync(task, "pay", """{"amount":1,"memo":1}""")).IsCompleted);
    }

    [Theory]
    [InlineData("""{"to":"ACME","amount":1,"amount":9000}""")]
    [InlineData("""{"to":"ACME","amount":1,"\u0061mount":9000}""")]
    [InlineData("""{"to":{"a":1,"a":2},"amount":1}""")]
    public async Task KeysAreRepeated_IsDeniedSincePolicyAndToolCouldReadDifferentOnes(string arguments)
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay", arguments);

        Assert.Equal(ReasonCodes.UnrepresentableArgument, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task TaskIsNamedInTheArguments_TheBoundTaskDecides()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action, resource) when { context has task && context.task.purpose == "pay invoices" };""" + GuardFixture.Housekeeping,
            b => b.AddTool(Pay.AcceptUndeclaredArguments()));
        AgentTask narrow = await fixture.OpenAsync(new TaskRequest(fixture.Agent, "read only", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)));
        AgentTask wide = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(narrow, "pay", $$"""{"to":"ACME","amount":1,"task":"{{wide.Id}}"}""");

        Assert.Equal(ReasonCodes.NoPermit, result.Decision.ReasonCode);
    }

    [Fact]
    public async Task ParentCallHasEnded_IsDenied()
    {
        await using GuardFixture fixture = new(PermitAgents, b => b.AddTool(Pay));
        AgentTask task = await fixture.OpenAsync();
        GuardResult parent = await fixture.CallAsync(task, "pay", """{"amount":1}""");

        GuardResult child = await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"amount":1}""") { Parent = parent.Call }, fixture.NoteAsync);

        Assert.Equal(ReasonCodes.ParentNotInFlight, child.Decision.ReasonCode);
    }

    [Fact]
    public async Task CallWithinACall_IsDecidedByItself()
    {
        await using GuardFixture fixture = new(
            """permit(principal, action == Action::"outer", resource);""", b => b.AddTool(Pay).AddTool(ToolDescriptor.For("outer").Idempotent()));
        AgentTask task = await fixture.OpenAsync();
        GuardResult? inner = null;

        GuardResult outer = await fixture.Guard.InvokeAsync(task, new ToolCall("outer", "{}"), async (invocation, token) =>
        {
            inner = await fixture.Guard.InvokeAsync(
                task, new ToolCall("pay", """{"amount":1}""") { Parent = invocation.Id }, fixture.NoteAsync, token);
            return ToolResult.None;
        });

        Assert.True(outer.Decision.IsPermitted, outer.ToString());
        Assert.Equal(ReasonCodes.NoPermit, inner!.Decision.ReasonCode);
    }

    [Fact]
    public async Task TaskOfAnotherGuard_IsDenied()
    {
        await using GuardFixture one = new(PermitAgents, b => b.AddTool(Pay));
        await using GuardFixture other = new(PermitAgents, b => b.AddTool(Pay));

        GuardResult result = await one.CallAsync(await other.OpenAsync(), "pay", """{"amount":1}""");

        Assert.Equal(ReasonCodes.ForeignTask, result.Decision.ReasonCode);
    }

    [Fact]
    public async Task EngineThrowsOrHangs_IsDenied()
    {
        IPolicyEngine engine = Substitute.For<IPolicyEngine>();
        engine.GetVersion(Arg.Any<TenantId>()).Returns("1");
        engine.EvaluateAsync(Arg.Is<PolicyRequest>(r => r.Action.Id == "OpenTask"), Arg.Any<CancellationToken>())
            .Returns(new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"])));
        await using GuardFixture fixture = new("", b => b.AddTool(Pay).UsePolicyEngine(engine));
        AgentTask task = await fixture.OpenAsync();

        engine.EvaluateAsync(Arg.Is<PolicyRequest>(r => r.Action.Id == "pay"), Arg.Any<CancellationToken>()).Throws(new InvalidOperationException("boom"));
        GuardResult thrown = await fixture.CallAsync(task, "pay", """{"amount":1}""");
        engine.EvaluateAsync(Arg.Is<PolicyRequest>(r => r.Action.Id == "pay"), Arg.Any<CancellationToken>())
            .Returns(new ValueTask<Verdict>(new TaskCompletionSource<Verdict>().Task));
        Task<GuardResult> hanging = fixture.CallAsync(task, "pay", """{"amount":1}""");
        fixture.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(ReasonCodes.EngineFailed, thrown.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.EngineFailed, (await hanging).Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task EngineVersionThrowsAtTheLastMoment_IsDenied()
    {
        int asked = 0;
        IPolicyEngine engine = Substitute.For<IPolicyEngine>();
        engine.GetVersion(Arg.Any<TenantId>()).Returns(_ => ++asked > 1 ? throw new InvalidOperationException("boom") : "1");
        engine.EvaluateAsync(Arg.Any<PolicyRequest>(), Arg.Any<CancellationToken>())
            .Returns(new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"])));
        await using GuardFixture fixture = new("", b => b.AddTool(Pay).UsePolicyEngine(engine));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"amount":1}""");

        Assert.Equal(ReasonCodes.InternalError, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task PoliciesChangeWithEveryLook_IsDeniedInsteadOfDecidedForever()
    {
        int asked = 0;
        IPolicyEngine engine = Substitute.For<IPolicyEngine>();
        engine.GetVersion(Arg.Any<TenantId>()).Returns(_ => $"{++asked}");
        engine.EvaluateAsync(Arg.Any<PolicyRequest>(), Arg.Any<CancellationToken>())
            .Returns(new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["p"])));
        await using GuardFixture fixture = new("", b => b.AddTool(Pay).UsePolicyEngine(engine));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"amount":1}""");

        Assert.Equal(ReasonCodes.PolicyChanged, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task AuditSinkThrows_HighRiskCallIsDeniedAndTheTaskOfALostOutcomeSuspended()
    {
        IAuditSink sink = Substitute.For<IAuditSink>();
        await using GuardFixture fixture = new(
            PermitAgents,
            b => b.AddTool(Pay).AddTool(ToolDescriptor.For("wire").Risk(RiskClass.High)),
            o => (o.DurableAuditTimeout, o.AuditShutdownTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.Zero),
            sink);
        AgentTask task = await fixture.OpenAsync();
        sink.WriteAsync(Arg.Any<ReadOnlyMemory<AuditRecord>>(), Arg.Any<CancellationToken>()).Throws(new IOException("disk full"));

        Task<GuardResult> wire = fixture.CallAsync(task, "wire");
        while (!wire.IsCompleted)
        {
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal(ReasonCodes.AuditUnavailable, (await wire).Decision.ReasonCode);
        Assert.Empty(fixture.Ran);

        await fixture.CallAsync(task, "pay", """{"amount":1}""");
        for (int i = 0; i < 1000 && task.State == TaskState.Active; i++)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1);
        }

        Assert.Equal(TaskState.Suspended, task.State);
    }

    [Fact]
    public async Task IssuerThrows_IsDeniedAndTheExceptionReachesNobody()
    {
        ICredentialIssuer issuer = Substitute.For<ICredentialIssuer>();
        issuer.Name.Returns("bank");
        issuer.MaxLifetime.Returns(TimeSpan.FromHours(1));
        issuer.IssueAsync(Arg.Any<IssueRequest>(), Arg.Any<CancellationToken>()).Throws(new InvalidOperationException("password=hunter2"));
        await using GuardFixture fixture = new(
            """@credential("payments:write") permit(principal, action == Action::"pay", resource);""",
            b => b.AddTool(Pay).AddIssuer(issuer)
                .AddCredentialProfile(new CredentialProfile("payments:write", "bank", "https://bank", ["pay"], TimeSpan.FromMinutes(1))));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"amount":1}""");

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
        Assert.DoesNotContain("hunter2", result.ToString() + result.ModelText, StringComparison.Ordinal);
        await issuer.Received(1).RevokeAsync(Arg.Any<Lease>(), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task DeniedCall_NeverGetsACredential()
    {
        ICredentialIssuer issuer = Substitute.For<ICredentialIssuer>();
        issuer.Name.Returns("bank");
        issuer.MaxLifetime.Returns(TimeSpan.FromHours(1));
        await using GuardFixture fixture = new(
            """
            @credential("payments:write") permit(principal, action == Action::"pay", resource);
            forbid(principal, action == Action::"pay", resource) when { context.input.amount > 10 };
            @approval("finance") permit(principal, action == Action::"pay", resource) when { context.input.amount > 5 };
            """,
            b => b.AddTool(Pay).AddIssuer(issuer)
                .AddCredentialProfile(new CredentialProfile("payments:write", "bank", "https://bank", ["pay"], TimeSpan.FromMinutes(1))));
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "pay", """{"amount":11}""");
        await fixture.CallAsync(task, "pay", """{"amount":6}""");

        await issuer.DidNotReceive().IssueAsync(Arg.Any<IssueRequest>(), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task ToolPrintsItsCredential_TheModelDoesNotSeeItInAnyForm()
    {
        const string Token = "eyJhbGciOiJFUzI1NiJ9.payload+with/signs.signature==";
        ICredentialIssuer issuer = Substitute.For<ICredentialIssuer>();
        issuer.Name.Returns("bank");
        issuer.MaxLifetime.Returns(TimeSpan.FromHours(1));
        issuer.IssueAsync(Arg.Any<IssueRequest>(), Arg.Any<CancellationToken>())
            .Returns(c => new ValueTask<IssueResult>(IssueResult.Issued(Secret.FromString(Token), c.Arg<IssueRequest>().Lease.ExpiresAt)));
        await using GuardFixture fixture = new(
            PermitAgents,
            b => b.AddTool(Pay.NeedsCredential("payments:write")).AddIssuer(issuer)
                .AddCredentialProfile(new CredentialProfile("payments:write", "bank", "https://bank", ["pay"], TimeSpan.FromMinutes(1))));
        AgentTask task = await fixture.OpenAsync();
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Token}"));

        GuardResult result = await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"amount":1}"""), (invocation, _) =>
            new ValueTask<ToolResult>(ToolResult.FromText(
                $"sent {invocation.Credential!.Secret.Reveal()} as {Uri.EscapeDataString(Token)} and {basic}", original: Token)));
        GuardResult failing = await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"amount":2}"""), (_, _) =>
            throw new InvalidOperationException($"401 for {Token}"));

        Assert.Contains("[secret]", result.ModelText, StringComparison.Ordinal);
        foreach (string shown in new[] { result.ModelText, failing.ModelText, failing.FailureMessage! })
        {
            Assert.DoesNotContain(Token, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(Token), shown, StringComparison.Ordinal);
            Assert.DoesNotContain(basic[10..^6], shown, StringComparison.Ordinal);
        }

        Assert.Null(result.Result!.Original);
    }

    [Fact]
    public async Task TaskEnds_CredentialIsUnmadeClearedAndReported()
    {
        Secret secret = Secret.FromString("a secret of some length");
        ICredentialIssuer issuer = Substitute.For<ICredentialIssuer>();
        issuer.Name.Returns("bank");
        issuer.MaxLifetime.Returns(TimeSpan.FromHours(1));
        issuer.RevocationSpeed.Returns(RevocationSpeed.Immediate);
        issuer.IssueAsync(Arg.Any<IssueRequest>(), Arg.Any<CancellationToken>())
            .Returns(c => new ValueTask<IssueResult>(IssueResult.Issued(secret, c.Arg<IssueRequest>().Lease.ExpiresAt)));
        await using GuardFixture fixture = new(
            PermitAgents,
            b => b.AddTool(Pay.NeedsCredential("payments:write")).AddIssuer(issuer)
                .AddCredentialProfile(new CredentialProfile("payments:write", "bank", "https://bank", ["pay"], TimeSpan.FromMinutes(1))));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "pay", """{"amount":1}""");
        await fixture.CallAsync(task, "pay", """{"amount":2}""");
        await issuer.Received(1).IssueAsync(Arg.Any<IssueRequest>(), Arg.Any<CancellationToken>());

        TaskEnd end = await fixture.Guard.Tasks.CompleteAsync(task);

        await issuer.Received(1).RevokeAsync(Arg.Any<Lease>(), Arg.Any<CancellationToken>());
        ResidualWindow residual = Assert.Single(end.Residuals);
        Assert.True(end.IsConfirmed);
        Assert.Equal(fixture.Clock.GetUtcNow(), residual.Until);
        Assert.Throws<ObjectDisposedException>(secret.Reveal);
        Assert.Equal(ReasonCodes.TaskEnded, (await fixture.CallAsync(task, "pay", """{"amount":1}""")).Decision.ReasonCode);
    }

    [Fact]
    public async Task AgentActsAsPrincipal_IsRefusedEverywhere()
    {
        await using GuardFixture fixture = new(PermitAgents + "permit(principal, action, resource);", b => b.AddTool(Pay));
        AgentTask task = await fixture.OpenAsync();
        Principal agent = Principal.OfAgent(fixture.Agent);
        OpenTaskResult opened = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(fixture.Agent, "more", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), agent);
        await fixture.Guard.Tasks.SuspendAsync(task, fixture.Boss, "a test");

        Assert.Equal(ReasonCodes.AgentNotAllowed, opened.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.AgentNotAllowed, (await fixture.Guard.Tasks.ResumeAsync(task, agent)).ReasonCode);
        Assert.Equal(
            ReasonCodes.AgentNotAllowed,
            (await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Tool(GuardFixture.Acme, "pay"), agent, "a test")).Decision.ReasonCode);
        Assert.False((await fixture.Policies.ReloadAsync(agent)).Succeeded);
    }
}
