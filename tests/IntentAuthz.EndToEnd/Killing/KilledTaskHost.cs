using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host whose tasks spend budgets and use approvals up without end, so that it is in the middle of something whenever it is killed. What really
/// happened, each dispatch of a tool and each answer of the guard, it appends to a file that the guard knows nothing of: what is written there before
/// the kill stays. The next run restores what the file says was open.
/// </summary>
internal static class KilledTaskHost
{
    internal const string Verb = "killed-task-host";
    internal const int Calls = 12;
    internal const int Spend = 60;

    private static readonly TenantId s_tenant = new("acme");
    private static readonly Principal s_host = Principal.Service("host", s_tenant);
    private static readonly Principal s_boss = Principal.Person("bea", s_tenant, "finance");
    private static readonly AgentIdentity s_agent = AgentIdentity.HostAsserted(new AgentId("worker"), s_tenant, owner: "tests");

    internal const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"Revoke", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Approve", resource);
        permit(principal is IntentAuthz::Agent, action == Action::"spend", resource);
        @approval("finance")
        permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);
        """;

    /// <summary>Runs until it is killed, or until a line comes in: then it only restores what is left, says so, and ends.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        (string state, string events, int workers) = (arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(new LinesOnStandardError()));
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text(Policies, "host"))
                .AddTool(ToolDescriptor.For("spend").Argument("amount", ArgumentRole.Magnitude).Argument("n", ArgumentRole.Content))
                .AddTool(ToolDescriptor.For("pay").Argument("amount", ArgumentRole.Magnitude))
                .UseSqlite(state)
                .UseAuditSink(new InMemoryAuditSink(1_000)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        await using EventFile file = new(events);
        ConcurrentQueue<AgentTask> open = new();
        Console.WriteLine(KilledHost.Ready); // before it restores, so that it is killed in the middle of that too
        await RestoreAsync(guard, file, open);
        using CancellationTokenSource stopping = new();
        Task[] working = [.. Enumerable.Range(0, workers).Select(i => Task.Run(() => WorkAsync(guard, file, open, seed: i, stopping.Token)))];
        await Console.In.ReadLineAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(working);
        return 0;
    }

    /// <summary>Restores every task that the file says was opened, those that were ended included, until it is gone: of each it notes what the guard answered.</summary>
    private static async Task RestoreAsync(Guard guard, EventFile file, ConcurrentQueue<AgentTask> open)
    {
        HashSet<string> gone = [.. file.Read("gone").Select(static e => e[1])];
        ILookup<string, string[]> approvals = file.Read("approving").ToLookup(static e => e[1]);
        foreach (string id in file.Read("opened").Select(static e => e[1]).Where(id => !gone.Contains(id)))
        {
            OpenTaskResult restored = await guard.Tasks.RestoreAsync(new TaskId(id), Request(), s_host);
            file.Note($"{(restored.Task is null ? "gone" : "restored")} {id} {restored.Decision.ReasonCode}");
            if (restored.Task is { } task)
            {
                await PayAgainAsync(guard, file, task, approvals[id]);
                open.Enqueue(task);
            }
        }

        foreach (LiveTask held in (await guard.ReadLiveAsync(s_tenant)).Tasks.Where(static t => t.IsHeld))
        {
            file.Note($"held {held.Id}"); // opened, and killed before anybody was told
        }
    }

    /// <summary>Tries the approvals of the runs before once more, used or not: of each call the last one there was.</summary>
    private static async Task PayAgainAsync(Guard guard, EventFile file, AgentTask task, IEnumerable<string[]> approvals)
    {
        foreach (string[] last in approvals.GroupBy(static e => e[2]).Select(static g => g.Last()).ToArray())
        {
            int amount = int.Parse(last[2], CultureInfo.InvariantCulture);
            await Task.WhenAll(
                CallAsync(guard, file, task, "pay", amount, n: null, new ApprovalId(last[3]), "again"), CallAsync(guard, file, task, "pay", amount, n: null, new ApprovalId(last[3]), "again"));
        }
    }

    private static async Task WorkAsync(Guard guard, EventFile file, ConcurrentQueue<AgentTask> open, int seed, CancellationToken stopping)
    {
        Random random = new(seed ^ Environment.ProcessId);
        while (!stopping.IsCancellationRequested)
        {
            if (open.Count < 6)
            {
                if ((await guard.Tasks.OpenAsync(Request(), s_host, CancellationToken.None)).Task is { } opened)
                {
                    file.Note($"opened {opened.Id}");
                    open.Enqueue(opened);
                }
            }

            if (!open.TryDequeue(out AgentTask? task))
            {
                continue;
            }

            AgentTask caller = random.Next(4) == 0 && (await guard.Tasks.OpenSubTaskAsync(task, Request(), CancellationToken.None)).Task is { } sub ? sub : task;
            await Task.WhenAll(
                CallAsync(guard, file, caller, "spend", random.Next(1, 9), random.Next()), CallAsync(guard, file, task, "spend", random.Next(1, 9), random.Next()),
                PayAsync(guard, file, task, random.Next(1, 9)));
            switch (random.Next(12))
            {
                case 0:
                    file.Note($"ending {task.Id}");
                    TaskEnd end = await guard.Tasks.CompleteAsync(task);
                    file.Note($"{(end.IsDurable ? "ended" : "ending")} {task.Id}");
                    break;
                case 1:
                    file.Note($"ending {task.Id}");
                    RevocationResult revoked = await guard.Revocations.RevokeAsync(RevocationTarget.Task(s_tenant, task.Id), s_host, "a test", CancellationToken.None);
                    file.Note($"{(revoked.IsDurable ? "ended" : "ending")} {task.Id}");
                    break;
                default:
                    open.Enqueue(task);
                    break;
            }
        }
    }

    private static async Task PayAsync(Guard guard, EventFile file, AgentTask task, int amount)
    {
        GuardResult asked = await CallAsync(guard, file, task, "pay", amount, n: null);
        if (asked.Decision is not { Outcome: DecisionOutcome.RequireApproval, Approval: { } approval })
        {
            return;
        }

        file.Note($"approving {task.Id} {amount} {approval}"); // before it is: it can be written down and the process killed before anybody is told
        if ((await guard.Approvals.ApproveAsync(approval, s_boss, CancellationToken.None)).IsPermitted)
        {
            // Twice at once: one of them gets it.
            await Task.WhenAll(CallAsync(guard, file, task, "pay", amount, n: null, approval), CallAsync(guard, file, task, "pay", amount, n: null, approval));
        }
    }

    private static async Task<GuardResult> CallAsync(Guard guard, EventFile file, AgentTask task, string tool, int amount, int? n, ApprovalId? approval = null, string when = "first")
    {
        AgentTask root = task.Parent ?? task;
        return await guard.InvokeAsync(
            task, new ToolCall(tool, n is null ? $$"""{"amount":{{amount}}}""" : $$"""{"amount":{{amount}},"n":"{{n}}"}"""),
            (_, _) =>
            {
                file.Note($"ran {root.Id} {tool} {amount} {approval?.Value ?? "-"} {when}");
                return new ValueTask<ToolResult>(ToolResult.FromText("done"));
            },
            CancellationToken.None);
    }

    private static TaskRequest Request() => new(
        s_agent, "be killed", Mandate.WhateverPoliciesPermit("a test").WithBudget(TaskBudget.Unlimited.WithCalls(Calls).WithSpend("amount", Spend)), TimeSpan.FromHours(2))
    {
        UserRequest = "Pay 1, 2, 3, 4, 5, 6, 7 or 8.", // so that it is known where the amounts come from, also after a restart
    };

    /// <summary>Lines that are with the kernel when <see cref="Note"/> returns, so that no kill of the process takes them back.</summary>
    private sealed class EventFile(string path) : IAsyncDisposable
    {
        private readonly Lock _writing = new();
        private readonly FileStream _stream = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        internal void Note(string line)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
            lock (_writing)
            {
                _stream.Write(bytes);
            }
        }

        internal string[][] Read(string kind)
        {
            using FileStream read = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader lines = new(read);
            return [.. lines.ReadToEnd().Split('\n').Where(l => l.StartsWith(kind + " ", StringComparison.Ordinal)).Select(static l => l.Split(' '))];
        }

        public ValueTask DisposeAsync() => _stream.DisposeAsync();
    }

    private sealed class LinesOnStandardError : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.Error.WriteLine($"{eventId.Id} {logLevel}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}".ReplaceLineEndings(" "));

        public void Dispose()
        {
        }
    }
}
