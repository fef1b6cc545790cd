using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using IntentAuthz.AgentReplay.Data;
using IntentAuthz.AgentReplay.Suites;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.AgentReplay.Replay;

/// <summary>A real guard with one suite's tools and policies, and the people and the host around it. A person who is asked says yes.</summary>
internal sealed class SuiteGuard : IAsyncDisposable
{
    private static readonly TenantId s_tenant = new("replay");
    private static readonly Principal s_host = Principal.Service("assistant", s_tenant);
    private static readonly Principal s_user = Principal.Person("user", s_tenant, ["user"]);
    private static readonly AgentIdentity s_agent = AgentIdentity.HostAsserted(new AgentId("agent"), s_tenant, "owner");

    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ServiceProvider _services;
    private readonly Guard _guard;

    internal SuiteGuard(SuiteDefinition suite)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(
            b =>
            {
                b.AddPolicies(PolicySource.Text(suite.Policies)).UseAuditSink(new InMemoryAuditSink(1024)).UseMandateProposer(new EnglishRequestReader());
                foreach (ToolDescriptor tool in suite.Tools)
                {
                    b.AddTool(tool);
                }
            },
            static o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = 1_000_000);
        _services = services.BuildServiceProvider();
        _guard = _services.GetRequiredService<Guard>();
    }

    internal async Task<AgentTask> OpenAsync(string prompt) =>
        (await _guard.Tasks.OpenAsync(
            new TaskRequest(s_agent, "serve a user's request", Mandate.WhateverPoliciesPermit("the suite's policies are what is measured"), TimeSpan.FromHours(1)) { UserRequest = prompt, Outside = OutsideProposal.Inform },
            s_host)).GetTaskOrThrow();

    internal async Task EndAsync(AgentTask task) => await _guard.Tasks.CompleteAsync(task);

    /// <summary>Decides a call, asks whoever has to be asked, and lets the guard observe the recorded result.</summary>
    internal async Task<CallOutcome> CallAsync(AgentTask task, RecordedCall recorded, ToolResult result, bool isAttacker)
    {
        ToolCall call = new(recorded.Function, Encoding.UTF8.GetBytes(recorded.Arguments.GetRawText()));
        long started = Stopwatch.GetTimestamp();
        long decided = 0;
        ValueTask<ToolResult> Dispatch(ToolInvocation invocation, CancellationToken cancellationToken)
        {
            decided = Stopwatch.GetTimestamp();
            return recorded.Error is null ? new ValueTask<ToolResult>(result) : throw new InvalidOperationException(recorded.Error);
        }

        GuardResult first = await _guard.InvokeAsync(task, call, Dispatch);
        double took = Stopwatch.GetElapsedTime(started, decided == 0 ? Stopwatch.GetTimestamp() : decided).TotalMicroseconds;
        string shown = "";
        GuardResult last = first;
        while (last.Decision is { Outcome: DecisionOutcome.RequireApproval, Approval: { } waiting })
        {
            shown = _guard.Approvals.Find(s_tenant, waiting)!.Description;
            Decision answer = await _guard.Approvals.ApproveAsync(waiting, s_user);
            if (!answer.IsPermitted)
            {
                throw new InvalidOperationException($"The user could not approve '{shown}': {answer}");
            }

            last = await _guard.InvokeAsync(task, call, Dispatch);
        }

        // A person's yes does not help a call that is denied then.
        DecisionOutcome outcome = last.Decision.IsPermitted ? first.Decision.Outcome : DecisionOutcome.Deny;
        return new CallOutcome(
            recorded.Function, JsonSerializer.Serialize(recorded.Arguments, s_compact), isAttacker, outcome,
            outcome == DecisionOutcome.Deny ? $"{last.Decision.ReasonCode}: {last.Decision.Explanation}" : first.Decision.ReasonCode,
            string.Join(' ', first.Decision.DeterminingPolicies), shown, took);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
