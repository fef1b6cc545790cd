using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>What comes back of a task whose process was killed: itself, and never better than it was.</summary>
public sealed class RestoringTests
{
    private const string Pay = """{"to":"ACME","amount":20}""";

    [Fact]
    public async Task Restored_ItHasItsIdExpiryDelegationAndOpener_AndRuns()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        hosts.Clock.Advance(TimeSpan.FromMinutes(10));
        GuardFixture host = await hosts.KillAndStartAsync();
        hosts.Clock.Advance(TimeSpan.FromMinutes(10));

        AgentTask restored = await hosts.RestoreAsync(task.Id);

        Assert.Equal((task.Id, task.OpenedAt, task.ExpiresAt, task.OpenedBy), (restored.Id, restored.OpenedAt, restored.ExpiresAt, restored.OpenedBy));
        Assert.Equal(task.Delegation.Links.AsEnumerable(), restored.Delegation.Links);
        Assert.Equal(TaskState.Active, restored.State);
        Assert.Same(restored, host.Guard.Tasks.Find(GuardFixture.Acme, task.Id));
        Assert.True((await host.CallAsync(restored, "read")).IsCompleted);
        hosts.Clock.Advance(TimeSpan.FromMinutes(41));
        Assert.Equal(ReasonCodes.TaskExpired, (await host.CallAsync(restored, "read")).Decision.ReasonCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Approval_HoldsForTheToolThatWasShown_AndNotForOneThatChanged(bool changed)
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        hosts.Pay = changed ? hosts.Pay.ResultLabel(Integrity.Trusted, Confidentiality.Public) : hosts.Pay;

        host = await hosts.KillAndStartAsync();
        GuardResult result = await host.CallAsync(await hosts.RestoreAsync(task.Id), "pay", Pay);

        Assert.Equal(changed ? DecisionOutcome.RequireApproval : DecisionOutcome.Permit, result.Decision.Outcome);
        Assert.Equal(!changed, result.Decision.Approval == id);
        Assert.Equal(changed ? 0 : 1, host.Ran.Count);
    }

    [Fact]
    public async Task Held_IsSeenByOperators_WithOwnerAndExpiry_UntilItIsRestored()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync();

        LiveTask held = Assert.Single((await host.Guard.ReadLiveAsync(GuardFixture.Acme)).Tasks);
        Assert.Equal((task.Id, "ann", TaskState.Suspended, task.ExpiresAt, true), (held.Id, held.Owner, held.State, held.ExpiresAt, held.IsHeld));
        Assert.Empty((await host.Guard.ReadLiveAsync(new TenantId("other"))).Tasks);
        await hosts.RestoreAsync(task.Id);
        Assert.False(Assert.Single((await host.Guard.ReadLiveAsync(null)).Tasks).IsHeld);
    }

    [Fact]
    public async Task Budgets_ComeBackSpent()
    {
        TaskBudget budget = TaskBudget.Unlimited.WithCallsOf("read", 2).WithSpend("amount", 50m, "send").WithResources(2);
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(budget));
        await host.CallAsync(task, "read");
        await host.CallAsync(task, "send", """{"to":"a","amount":30.5}""");
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id, hosts.Request(budget));

        List<string> codes = [];
        foreach ((string tool, string arguments) in new[] { ("send", """{"to":"b","amount":19.51}"""), ("send", """{"to":"c","amount":19.5}"""), ("read", "{}"), ("read", "{}"), ("stranger", "{}") })
        {
            codes.Add((await host.CallAsync(task, tool, arguments)).Decision.ReasonCode);
        }

        // The third resource, the tool 'stranger' itself, is one too many; those touched before are not counted anew.
        Assert.Equal([ReasonCodes.BudgetExceeded, ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded, ReasonCodes.BudgetExceeded], codes);
    }

    [Fact]
    public async Task ACallThatWasUnderWay_IsTakenForTheWorst()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(2)));
        TaskCompletionSource running = new();
        TaskCompletionSource never = new();
        Task<GuardResult> call = host.Guard.InvokeAsync(task, new ToolCall("send", Pay), async (_, _) =>
        {
            running.SetResult();
            await never.Task;
            return ToolResult.None;
        }).AsTask();
        await running.Task;
        GuardFixture next = await hosts.KillAndStartAsync();
        AgentTask restored = await hosts.RestoreAsync(task.Id, hosts.Request(TaskBudget.Unlimited.WithCalls(2)));

        Assert.Equal(Label.Worst, restored.History.WorstLabel);
        Assert.Equal((1, 1), (restored.History.Calls, restored.History.Errors));
        Assert.Equal(ReasonCodes.RepeatOfUnknownOutcome, (await next.CallAsync(restored, "send", Pay)).Decision.ReasonCode);
        Assert.True((await next.CallAsync(restored, "read")).IsCompleted);
        Assert.Equal(ReasonCodes.BudgetExceeded, (await next.CallAsync(restored, "read")).Decision.ReasonCode);
        never.SetResult();
        await call;
    }

    [Fact]
    public async Task ACallWhoseEndIsUnknown_StillAsksAfterTwoRestarts()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        await host.Guard.InvokeAsync(task, new ToolCall("send", Pay), (_, _) => throw new IOException("gone"));
        await Waiting.UntilAsync(() => hosts.Disk.Records[0].Notes.Any(static n => n.Key.StartsWith("open/", StringComparison.Ordinal)), "the end is written");
        await hosts.KillAndStartAsync();
        await hosts.RestoreAsync(task.Id);
        host = await hosts.KillAndStartAsync();
        AgentTask restored = await hosts.RestoreAsync(task.Id);

        Assert.Equal(ReasonCodes.RepeatOfUnknownOutcome, (await host.CallAsync(restored, "send", Pay)).Decision.ReasonCode);
        Assert.Equal(1, restored.History.Errors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task NoBetterThanItWas_WhateverItDidAndWheneverItWasKilled(int seed)
    {
        Random random = new(seed);
        TaskBudget budget = TaskBudget.Unlimited.WithCalls(30).WithSpend("amount", 200m);
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(budget));
        string[] tools = ["read", "send", "stranger", "pay", "no-such-tool"];
        for (int restart = 0; restart < 6; restart++)
        {
            GuardFixture host = hosts.Host;
            for (int i = random.Next(8); i > 0; i--)
            {
                string tool = tools[random.Next(tools.Length)];
                string arguments = tool is "send" or "pay" ? $$"""{"to":"{{random.Next(4)}}","amount":{{random.Next(20)}}}""" : "{}";
                if (random.Next(4) == 0)
                {
                    await host.Guard.InvokeAsync(task, new ToolCall(tool, arguments), (_, _) => throw new InvalidOperationException());
                }
                else
                {
                    await host.CallAsync(task, tool, arguments);
                }
            }

            AgentTask before = task;
            string[] refused = [.. host.Guard.Approvals.GetPending(GuardFixture.Acme).Take(1).Select(static a => a.Id.Value)];
            foreach (string id in refused)
            {
                await host.Guard.Approvals.RefuseAsync(new ApprovalId(id), host.Boss);
            }

            hosts.Kill();
            await hosts.StartAsync();
            task = await hosts.RestoreAsync(task.Id, hosts.Request(budget));

            Assert.True(task.History.Calls >= before.History.Calls, $"calls {before.History.Calls} became {task.History.Calls}");
            Assert.True(task.History.Denials >= before.History.Denials, $"denials {before.History.Denials} became {task.History.Denials}");
            Assert.True(task.History.Errors >= before.History.Errors, $"errors {before.History.Errors} became {task.History.Errors}");
            Assert.True(task.History.ApprovalsAsked >= before.History.ApprovalsAsked, "approvals that were asked are forgotten");
            Assert.True(task.History.WorstLabel.Integrity <= before.History.WorstLabel.Integrity, $"{before.History.WorstLabel} became {task.History.WorstLabel}");
            Assert.True(task.History.WorstLabel.Confidentiality <= before.History.WorstLabel.Confidentiality, $"{before.History.WorstLabel} became {task.History.WorstLabel}");
            Assert.True((task.Signals.Raised & before.Signals.Raised) == before.Signals.Raised, "a signal is forgotten");
            Assert.True(!before.Signals.AsksForApproval || task.Signals.AsksForApproval, "a signal's response is forgotten");
            Assert.Subset(new HashSet<string>(task.History.Services.Read()), new HashSet<string>(before.History.Services.Read()));
            Assert.True(task.History.Resources.Count >= before.History.Resources.Count, "resources that were touched are forgotten");
            Assert.True(!before.Values.HasUntrusted || task.Values.HasUntrusted, "what strangers wrote is forgotten");
            Assert.True(task.ExpiresAt <= before.ExpiresAt, "it lives longer");
            Assert.Equal(Standing(before, "budget"), Standing(task, "budget"));
            Assert.All(refused, id => Assert.Equal(ApprovalState.Refused, hosts.Host.Guard.Approvals.Find(GuardFixture.Acme, new ApprovalId(id))!.State));
        }

        string Standing(AgentTask of, string part) =>
            System.Text.Json.JsonElement.Parse(TaskStanding.Write(of, hosts.Clock)).GetProperty(part).GetRawText();
    }

    [Fact]
    public async Task Signals_TheirMarksResponsesAndTheDetectorsMemoryComeBack()
    {
        static void Configure(IntentAuthzOptions options)
        {
            options.Signals.MaxDenialsOfOneTool = 3;
            options.Signals.MaxRepeats = 4;
            options.Signals.Responses[SignalKind.Runaway] = SignalResponse.RequireApproval;
        }

        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync(configure: Configure);
        AgentTask task = await hosts.OpenAsync();
        for (int i = 0; i < 3; i++)
        {
            await host.CallAsync(task, "read");
        }

        for (int i = 0; i < 3; i++)
        {
            await host.CallAsync(task, "pay", $$"""{"to":"x","amount":{{i}}}""");
            foreach (ApprovalRequest asked in host.Guard.Approvals.GetPending(GuardFixture.Acme))
            {
                await host.Guard.Approvals.RefuseAsync(asked.Id, host.Boss);
            }

            await host.CallAsync(task, "pay", $$"""{"to":"x","amount":{{i}}}"""); // denied: it was refused
        }

        host = await hosts.KillAndStartAsync(configure: Configure);
        task = await hosts.RestoreAsync(task.Id);
        await host.CallAsync(task, "pay", """{"to":"x","amount":1}""");
        Assert.Contains(task.GetSignals(), static s => s.Kind == SignalKind.RepeatedEscalation);
        await host.CallAsync(task, "read");
        await host.CallAsync(task, "read");
        Assert.Contains(task.GetSignals(), static s => s.Kind == SignalKind.Runaway);
        int raised = task.Signals.Raised;

        host = await hosts.KillAndStartAsync(configure: Configure);
        AgentTask again = await hosts.RestoreAsync(task.Id);
        Assert.Equal(raised, again.Signals.Raised);
        Assert.True(again.Signals.AsksForApproval);
        Assert.Equal(task.GetSignals().AsEnumerable(), again.GetSignals());
        Assert.Equal(DecisionOutcome.RequireApproval, (await host.CallAsync(again, "read")).Decision.Outcome);
    }

    [Fact]
    public async Task Approval_Approved_IsUsedOnceOverTheRestart()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        await host.Guard.Approvals.ApproveAsync(id, host.Boss);
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id);

        GuardResult paid = await host.CallAsync(task, "pay", Pay);
        Assert.True(paid.IsCompleted, paid.ToString());
        Assert.Equal(id, paid.Decision.Approval);
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id);

        GuardResult second = await host.CallAsync(task, "pay", Pay);
        Assert.Equal(DecisionOutcome.RequireApproval, second.Decision.Outcome);
        Assert.NotEqual(id, second.Decision.Approval);
        Assert.Empty(host.Ran);
    }

    [Fact]
    public async Task Approval_Pending_CannotBeGivenUnseen_AndIsShownOnceTheCallIsMadeAgain()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id);

        ApprovalRequest request = Assert.Single(host.Guard.Approvals.GetPending(GuardFixture.Acme));
        Assert.Equal((id, "pay", null), (request.Id, request.Tool, request.Arguments));
        Assert.Equal(ReasonCodes.WrongState, (await host.Guard.Approvals.ApproveAsync(id, host.Boss)).ReasonCode);
        Assert.Equal(id, (await host.CallAsync(task, "pay", Pay)).Decision.Approval);
        Assert.Contains("amount = 20", request.Description, StringComparison.Ordinal);
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        Assert.True((await host.CallAsync(task, "pay", Pay)).IsCompleted);
    }

    [Fact]
    public async Task Approval_OfAValueWhoseSourceIsForgotten_AsksAnew()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        await host.CallAsync(task, "stranger");
        const string other = """{"to":"Mallory","amount":20}"""; // the model's own word, as far as was known
        ApprovalId id = (await host.CallAsync(task, "pay", other)).Decision.Approval!.Value;
        await host.Guard.Approvals.ApproveAsync(id, host.Boss);
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id);

        GuardResult asked = await host.CallAsync(task, "pay", other);

        Assert.Equal(DecisionOutcome.RequireApproval, asked.Decision.Outcome);
        Assert.NotEqual(id, asked.Decision.Approval);
    }

    [Fact]
    public async Task Quorum_WhoHasSaidYesIsCounted_AndCannotSayItTwice()
    {
        const string policies = """@approval("finance:2") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync(policies);
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        host = await hosts.KillAndStartAsync(policies);
        task = await hosts.RestoreAsync(task.Id);
        await host.CallAsync(task, "pay", Pay);

        Assert.False((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, Principal.Person("ben", GuardFixture.Acme, "finance"))).IsPermitted);
        Assert.True((await host.CallAsync(task, "pay", Pay)).IsCompleted);
    }

    [Fact]
    public async Task ATaskThatWasSuspended_ComesBackSuspended_AndAPendingOnePending()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask suspended = await hosts.OpenAsync();
        await host.Guard.Tasks.SuspendAsync(suspended, host.Boss, "look");
        const string asks = KeptHosts.Policies + """@approval("finance") permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);""";
        host = await hosts.KillAndStartAsync();

        OpenTaskResult back = await host.Guard.Tasks.RestoreAsync(suspended.Id, hosts.Request(), host.Clerk);
        Assert.Equal(TaskState.Suspended, back.Task!.State);
        Assert.False(back.IsOpen);
        Assert.Equal(ReasonCodes.TaskSuspended, (await host.CallAsync(back.Task, "read")).Decision.ReasonCode);
        Assert.True((await host.Guard.Tasks.ResumeAsync(back.Task, host.Clerk)).IsPermitted);
        Assert.True((await host.CallAsync(back.Task, "read")).IsCompleted);

        host = await hosts.KillAndStartAsync(asks);
        OpenTaskResult opened = await host.Guard.Tasks.OpenAsync(hosts.Request(), host.Clerk);
        Assert.Equal(TaskState.Pending, opened.Task!.State);
        host = await hosts.KillAndStartAsync(asks);
        OpenTaskResult pending = await host.Guard.Tasks.RestoreAsync(opened.Task.Id, hosts.Request(), host.Clerk);
        Assert.Equal((DecisionOutcome.RequireApproval, TaskState.Pending), (pending.Decision.Outcome, pending.Task!.State));
        Assert.Equal(opened.Decision.Approval, pending.Decision.Approval);
        Assert.True((await host.Guard.Approvals.ApproveAsync(pending.Decision.Approval!.Value, host.Boss)).IsPermitted);
        Assert.True(host.Guard.Tasks.Activate(pending.Task).IsPermitted);
        Assert.True((await host.CallAsync(pending.Task, "read")).IsCompleted);
    }

    [Fact]
    public async Task TodaysPolicies_DecideAgainWhetherItMayBeOpened()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync(KeptHosts.Policies + """forbid(principal, action == IntentAuthz::Action::"OpenTask", resource);""");
        Assert.Equal(ReasonCodes.NotAuthorized, (await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk)).Decision.ReasonCode);

        host = await hosts.KillAndStartAsync(
            KeptHosts.Policies + """@approval("finance") permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);""");
        Assert.Equal(ReasonCodes.NotAuthorized, (await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk)).Decision.ReasonCode);

        host = await hosts.KillAndStartAsync();
        Assert.Equal(ReasonCodes.AgentNotAllowed, (await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), Principal.OfAgent(host.Agent))).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.NotAuthorized, (await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), Principal.Service("cron", GuardFixture.Acme))).Decision.ReasonCode);
        await hosts.RestoreAsync(task.Id);
    }

    [Fact]
    public async Task WithoutAStore_NothingIsRestored()
    {
        await using GuardFixture host = new("", static _ => { });
        AgentTask task = await host.OpenAsync();
        Assert.Null(task.Journal);
        Assert.Equal(ReasonCodes.WrongState, (await host.Guard.Tasks.RestoreAsync(task.Id, task.Request, host.Clerk)).Decision.ReasonCode);
        Assert.False(host.Guard.Tasks.GetStoreStatus().IsDurable);
    }
}
