using CsCheck;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Mandates;

/// <summary>What a planner proposes from the user's request narrows what the task may do, and never widens it.</summary>
public sealed class MandateProposalTests
{
    private const string PermitAll = "permit(principal is IntentAuthz::Agent, action, resource);";
    private static readonly Mandate s_anything = Mandate.WhateverPoliciesPermit("a test");

    private static GuardFixture Guarding(string policies = PermitAll, IMandateProposer? proposer = null, Action<IntentAuthzOptions>? configure = null) =>
        new(policies, b =>
        {
            b.AddTool(ToolDescriptor.For("read").Idempotent()).AddTool(ToolDescriptor.For("pay").Idempotent()).AddTool(ToolDescriptor.For("send").Idempotent());
            if (proposer is not null)
            {
                b.UseMandateProposer(proposer);
            }
        }, configure);

    private static TaskRequest Request(GuardFixture fixture, MandateProposal? proposal, OutsideProposal outside = OutsideProposal.Deny, Mandate? mandate = null) =>
        new(fixture.Agent, "a test", mandate ?? s_anything, TimeSpan.FromHours(1)) { Proposal = proposal, Outside = outside };

    [Fact]
    public async Task InvokeAsync_OutsideOfTheProposal_IsDeniedAndSaysWhatWasProposed()
    {
        await using GuardFixture fixture = Guarding();
        AgentTask task = await fixture.OpenAsync(Request(fixture, MandateProposal.Of("the user asked to read", MandateGrant.Of("read"))));

        Assert.True((await fixture.CallAsync(task, "read")).IsCompleted);
        Decision denied = (await fixture.CallAsync(task, "pay")).Decision;
        Assert.Equal((DecisionOutcome.Deny, ReasonCodes.OutsideProposal), (denied.Outcome, denied.ReasonCode));
        Assert.Contains("the user asked to read", denied.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_WithinTheProposalAndOutsideOfTheMandate_IsDenied()
    {
        await using GuardFixture fixture = Guarding();
        AgentTask task = await fixture.OpenAsync(
            Request(fixture, MandateProposal.Of("wide", MandateGrant.Of("read", "pay")), mandate: Mandate.Of(MandateGrant.Of("read"))));

        Assert.Equal(ReasonCodes.OutsideMandate, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_WithinTheProposalAndWithoutAPermit_IsDenied()
    {
        await using GuardFixture fixture = Guarding(policies: "");
        AgentTask task = await fixture.OpenAsync(Request(fixture, MandateProposal.Of("wide", MandateGrant.Of("read", "pay"))));

        Assert.Equal(ReasonCodes.NoPermit, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_OutsideWhereTheHostWantsApproval_IsAsked()
    {
        await using GuardFixture fixture = Guarding();
        AgentTask task = await fixture.OpenAsync(Request(fixture, MandateProposal.Of("reading", MandateGrant.Of("read")), OutsideProposal.RequireApproval));

        Decision asked = (await fixture.CallAsync(task, "pay")).Decision;
        Assert.Equal(DecisionOutcome.RequireApproval, asked.Outcome);
        await fixture.Guard.Approvals.ApproveAsync(asked.Approval!.Value, fixture.Boss);
        Assert.True((await fixture.CallAsync(task, "pay")).IsCompleted);
    }

    [Theory]
    [InlineData("outside", true)]
    [InlineData("covered", false)]
    public async Task InvokeAsync_WherePolicyDecides_ItSeesHowTheProposalCoversTheCall(string forbidden, bool payIsForbidden)
    {
        await using GuardFixture fixture = Guarding(PermitAll + $"forbid(principal, action in [Action::\"read\", Action::\"pay\"], resource) when {{ context.task.proposal == \"{forbidden}\" }};");
        AgentTask task = await fixture.OpenAsync(Request(fixture, MandateProposal.Of("reading", MandateGrant.Of("read")), OutsideProposal.Inform));

        Assert.Equal(!payIsForbidden, (await fixture.CallAsync(task, "pay")).IsCompleted);
        Assert.Equal(payIsForbidden, (await fixture.CallAsync(task, "read")).IsCompleted);
    }

    [Fact]
    public async Task InvokeAsync_InASubTask_HoldsTheProposalsAboveAndTakesTheStrictestAnswer()
    {
        await using GuardFixture fixture = Guarding();
        AgentTask root = await fixture.OpenAsync(Request(fixture, MandateProposal.Of("reading", MandateGrant.Of("read"))));
        AgentTask below = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            root, Request(fixture, MandateProposal.Of("all of it", MandateGrant.Of("read", "pay", "send")), OutsideProposal.Inform))).GetTaskOrThrow();

        Assert.Equal(ReasonCodes.OutsideProposal, (await fixture.CallAsync(below, "pay")).Decision.ReasonCode);
        Assert.True((await fixture.CallAsync(below, "read")).IsCompleted);
    }

    [Fact]
    public async Task OpenAsync_WithAProposer_RecordsAndShowsWhatItProposed()
    {
        ScriptedProposer proposer = new((request, _) => new ValueTask<MandateProposal?>(MandateProposal.Of($"asked: {request.UserRequest}", MandateGrant.Of("read"))));
        await using GuardFixture fixture = Guarding(PermitAll + """@approval("finance") permit(principal, action == IntentAuthz::Action::"OpenTask", resource);""", proposer);

        OpenTaskResult opened = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(fixture.Agent, "a test", s_anything, TimeSpan.FromHours(1)) { UserRequest = "what is new?" }, fixture.Clerk);

        Assert.Equal("asked: what is new?", opened.Task!.Proposal!.Rationale);
        Assert.Contains("asked: what is new?", Assert.Single(fixture.Guard.Approvals.GetPending(GuardFixture.Acme)).Subject.Description, StringComparison.Ordinal);
        Assert.Contains(await fixture.RecordsAsync(), static r => r.Action == "OpenTask" && r.Resources.Any(static x => x.Contains("asked: what is new?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OpenAsync_ForASubTaskOrWithoutAUserRequest_AsksNoProposer()
    {
        ScriptedProposer proposer = new((_, _) => throw new InvalidOperationException("asked"));
        await using GuardFixture fixture = Guarding(proposer: proposer);

        AgentTask root = await fixture.OpenAsync();
        AgentTask below = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            root, new TaskRequest(fixture.Agent, "a part", s_anything, TimeSpan.FromMinutes(1)) { UserRequest = "ignored" })).GetTaskOrThrow();

        Assert.Null(root.Proposal);
        Assert.Null(below.Proposal);
    }

    [Fact]
    public async Task OpenAsync_AProposerWithoutAnOpinion_NarrowsNothing()
    {
        await using GuardFixture fixture = Guarding(proposer: new ScriptedProposer((_, _) => new ValueTask<MandateProposal?>((MandateProposal?)null)));

        Assert.True((await fixture.CallAsync(await fixture.OpenAsync(userRequest: "anything"), "pay")).IsCompleted);
    }

    [Fact]
    public async Task OpenAsync_AProposerThatThrowsOrProposesNonsenseOrNeverAnswers_OpensNoTask()
    {
        ScriptedProposer[] bad =
        [
            new((_, _) => throw new FormatException("broken")),
            new((_, _) => new ValueTask<MandateProposal?>(MandateProposal.Of("nonsense", MandateGrant.Of("fly")))),
            new((_, _) => new ValueTask<MandateProposal?>(new TaskCompletionSource<MandateProposal?>().Task)), // it does not look at its token
        ];
        foreach (ScriptedProposer proposer in bad)
        {
            await using GuardFixture fixture = Guarding(proposer: proposer);
            ValueTask<OpenTaskResult> opening = fixture.Guard.Tasks.OpenAsync(
                new TaskRequest(fixture.Agent, "a test", s_anything, TimeSpan.FromHours(1)) { UserRequest = "read" }, fixture.Clerk);
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));

            OpenTaskResult opened = await opening;

            Assert.Null(opened.Task);
            Assert.Equal(ReasonCodes.ProposalFailed, opened.Decision.ReasonCode);
        }
    }

    [Fact]
    public void Of_BeyondItsBounds_Throws()
    {
        Assert.Throws<ArgumentException>(() => MandateProposal.Of(""));
        Assert.Throws<ArgumentException>(() => MandateProposal.Of(new string('x', 257)));
        Assert.Throws<ArgumentException>(() => MandateProposal.Of("many", [.. Enumerable.Repeat(MandateGrant.Of("read"), MandateProposal.MaxGrants + 1)]));
    }

    /// <summary>For mandates and proposals of any kind on a chain of tasks: what a task may do, every task above it may do.</summary>
    [Fact]
    public async Task InvokeAsync_OfASubTask_IsNeverPermittedWhereATaskAboveIsNot()
    {
        string[] tools = ["read", "pay", "send"];
        Gen<string[]> some = Gen.Int[0, 2].Select(i => tools[i]).Array[1, 3];
        Gen<(string[] Mandate, string[]? Proposal)> level = Gen.Select(some, some, Gen.Bool, static (m, p, has) => (m, has ? p : null));
        await using GuardFixture fixture = Guarding();
        await level.Array[1, 5].SampleAsync(
            async levels =>
            {
                List<AgentTask> chain = [];
                foreach ((string[] mandate, string[]? proposal) in levels)
                {
                    TaskRequest request = Request(
                        fixture, proposal is null ? null : MandateProposal.Of("generated", MandateGrant.Of(proposal)), mandate: Mandate.Of(MandateGrant.Of(mandate)));
                    chain.Add(chain.Count == 0
                        ? await fixture.OpenAsync(request)
                        : (await fixture.Guard.Tasks.OpenSubTaskAsync(chain[^1], request)).GetTaskOrThrow());
                }

                foreach (string tool in tools)
                {
                    bool expected = true;
                    for (int i = 0; i < chain.Count; i++)
                    {
                        expected &= levels[i].Mandate.Contains(tool) && levels[i].Proposal?.Contains(tool) != false;
                        bool permitted = (await fixture.CallAsync(chain[i], tool)).Decision.IsPermitted;
                        if (permitted != expected)
                        {
                            throw new InvalidOperationException($"'{tool}' at depth {i} is {(permitted ? "permitted" : "denied")}.");
                        }
                    }
                }

                await fixture.Guard.Tasks.CompleteAsync(chain[0]);
            },
            iter: 100, threads: 1);
    }

    private sealed class ScriptedProposer(Func<MandateProposalRequest, CancellationToken, ValueTask<MandateProposal?>> propose) : IMandateProposer
    {
        public ValueTask<MandateProposal?> ProposeAsync(MandateProposalRequest request, CancellationToken cancellationToken) => propose(request, cancellationToken);
    }
}
