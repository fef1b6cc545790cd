using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.EndToEnd.Incidents;

/// <summary>
/// A host with two agents that loop, so that a detector sees them. One has a call in flight that holds two leases, of an issuer that unmakes at once and of
/// one that cannot. It prints what happens to them, a line each, until a line comes in.
/// </summary>
internal static class IncidentHost
{
    internal const string Verb = "incident-host";
    internal const string Ready = "ready";
    internal const string Secret = "the-secret-of-the-crm-that-nobody-may-see";

    private const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal in IntentAuthz::Role::"oncall", action in [IntentAuthz::Action::"Reopen", IntentAuthz::Action::"OpenTask"], resource);
        permit(principal is IntentAuthz::Agent, action, resource);
        """;

    private static readonly TenantId s_tenant = new("acme");
    private static readonly Principal s_host = Principal.Service("host", s_tenant);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        (string state, string audit, string key) = (arguments[0], arguments[1], arguments[2]);
        ServiceCollection services = new();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text(Policies, "host"))
                .AddTool(ToolDescriptor.For("read").Argument("text", ArgumentRole.Content).Idempotent())
                .AddTool(ToolDescriptor.For("mail").NeedsCredential("mailbox").Idempotent())
                .AddTool(ToolDescriptor.For("crm").NeedsCredential("crm").Idempotent())
                .AddCredentialProfile(new CredentialProfile("mailbox", "mailer", "mail", ["send"], TimeSpan.FromMinutes(5)))
                .AddCredentialProfile(new CredentialProfile("crm", "vault", "crm", ["read"], TimeSpan.FromMinutes(5)))
                .AddIssuer(new Testing.ScriptedIssuer("mailer", TimeProvider.System))
                .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(IntentAuthz.Secret.FromString(Secret))) { HonouredFor = TimeSpan.FromHours(1) })
                .UseSqlite(state)
                .UseAuditFile(audit, static options => options.CheckpointInterval = TimeSpan.FromMilliseconds(200)),
            options =>
            {
                options.OperatorKey = new OperatorKey(File.ReadAllText(key).Trim());
                options.Signals.MaxRepeats = 2;
                options.Incidents.Severities[SignalKind.Runaway] = IncidentSeverity.High;
            });
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        using CancellationTokenSource stopping = new();
        Task[] working = [await StartAsync(guard, "invoice-bot", "ann", "pay invoices", stopping.Token), await StartAsync(guard, "report-bot", "ben", "write reports", stopping.Token)];
        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(working);
        return 0;
    }

    private static async Task<Task> StartAsync(Guard guard, string name, string owner, string purpose, CancellationToken stopping)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId(name), s_tenant, owner);
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(agent, purpose, Mandate.WhateverPoliciesPermit("a rehearsal"), TimeSpan.FromMinutes(30)), s_host, stopping)).GetTaskOrThrow();
        Say($"{name} task {task.Id}");
        for (int i = 0; i < 4; i++)
        {
            await CallAsync(guard, task, "read", static (_, _) => new(ToolResult.FromText("the same")), stopping);
        }

        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task inFlight = Task.CompletedTask;
        if (name == "invoice-bot")
        {
            await CallAsync(guard, task, "crm", static (_, _) => new(ToolResult.FromText("rows")), stopping);
            inFlight = Task.Run(
                async () =>
                {
                    GuardResult result = await CallAsync(
                        guard, task, "mail",
                        async (_, cancelled) =>
                        {
                            entered.SetResult();
                            await Task.Delay(Timeout.Infinite, cancelled);
                            return ToolResult.FromText("never");
                        },
                        stopping);
                    Say($"{name} in flight ended {result.OutcomeCode}");
                },
                CancellationToken.None);
            await entered.Task;
        }

        return Task.Run(() => Task.WhenAll(inFlight, TryAsync(guard, task, name, stopping)), CancellationToken.None);
    }

    /// <summary>Keeps calling, and says when the answer changes.</summary>
    private static async Task TryAsync(Guard guard, AgentTask task, string name, CancellationToken stopping)
    {
        string last = "";
        for (int n = 0; !stopping.IsCancellationRequested; n++)
        {
            GuardResult result = await guard.InvokeAsync(task, new ToolCall("read", $$"""{"text":"{{n}}"}"""), static (_, _) => new(ToolResult.FromText("ok")), CancellationToken.None);
            if (result.Decision.ReasonCode != last)
            {
                last = result.Decision.ReasonCode;
                Say($"{name} call {last}");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task<GuardResult> CallAsync(Guard guard, AgentTask task, string tool, ToolDispatch dispatch, CancellationToken stopping)
    {
        try
        {
            return await guard.InvokeAsync(task, new ToolCall(tool, "{}"), dispatch, stopping);
        }
        catch (OperationCanceledException)
        {
            return await guard.InvokeAsync(task, new ToolCall(tool, "{}"), static (_, _) => new(ToolResult.FromText("stopping")), CancellationToken.None);
        }
    }

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
