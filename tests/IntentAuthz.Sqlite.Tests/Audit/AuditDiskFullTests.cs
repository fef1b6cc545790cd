using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Sqlite.Tests.Audit;

/// <summary>
/// With the disk of the audit full, a call that could do harm is denied and the explanation says why; once there is room the guard goes on by itself,
/// and the log verifies. On a small file system that is really full; where none can be mounted these are skipped.
/// </summary>
public sealed class AuditDiskFullTests
{
    private static readonly TenantId s_acme = new("acme");

    [SmallDiskTheory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task DiskFull_HighRiskCalls_AreDeniedWithTheReasonAndGoOnOnceThereIsRoom(string kind)
    {
        string mount = await SmallDisk.MountAsync(megabytes: 2);
        try
        {
            string path = Path.Combine(mount, kind == "sqlite" ? "audit.db" : "audit.jsonl"), ballast = Path.Combine(mount, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[1_200 * 1024]);
            long ran = 0, completed = 0;
            await using (IAsyncDisposable sink = kind == "sqlite" ? new SqliteAuditSink(path) : new JsonLinesAuditSink(path))
            {
                await using ServiceProvider services = Host((IAuditSink)sink);
                Guard guard = services.GetRequiredService<Guard>();
                AgentTask task = await OpenAsync(guard);
                GuardResult? denied = null;
                for (int i = 0; i < 20_000 && denied is null; i++)
                {
                    GuardResult result = await guard.InvokeAsync(task, new ToolCall("wipe", "{}"), Run);
                    completed += result.IsCompleted ? 1 : 0;
                    denied = result.IsCompleted ? null : result;
                }

                Assert.True(denied is not null, $"the disk was never full: {completed} calls");
                if (denied.OutcomeCode == ReasonCodes.TaskSuspended)
                {
                    // The outcome of the call before was the first that did not fit: its task is suspended, and another is opened.
                    denied = await guard.InvokeAsync(await OpenAsync(guard), new ToolCall("wipe", "{}"), Run);
                }

                Assert.Equal(ReasonCodes.AuditUnavailable, denied.OutcomeCode);
                Assert.Contains(kind == "sqlite" ? "is full" : "No space left", denied.Decision.Explanation, StringComparison.Ordinal);
                Assert.DoesNotContain(mount, denied.ModelText, StringComparison.Ordinal); // the model is told the code
                long before = Interlocked.Read(ref ran);
                GuardResult again = await guard.InvokeAsync(await OpenAsync(guard), new ToolCall("wipe", "{}"), Run);
                Assert.Equal((ReasonCodes.AuditUnavailable, before), (again.OutcomeCode, Interlocked.Read(ref ran)));

                File.Delete(ballast);
                GuardResult? after = null;
                for (int i = 0; i < 300 && after is not { IsCompleted: true }; i++)
                {
                    await Task.Delay(100);
                    after = await guard.InvokeAsync(await OpenAsync(guard), new ToolCall("wipe", "{}"), Run);
                }

                Assert.True(after is { IsCompleted: true }, $"thirty seconds after there was room: {after}");
                completed++;
            }

            AuditVerification found = kind == "sqlite" ? AuditVerifier.Verify(SqliteAuditLog.At(path)) : AuditVerifier.Verify(AuditLog.JsonLines(path));
            Assert.True(found is { IsIntact: true, IsClosed: true }, string.Join('\n', found.Findings));
            Assert.True(found.Records >= completed * 2, $"{completed} calls completed, and there are {found.Records} records");
            Assert.Equal(completed, ran);

            ValueTask<ToolResult> Run(ToolInvocation invocation, CancellationToken cancellationToken)
            {
                Interlocked.Increment(ref ran);
                return new ValueTask<ToolResult>(ToolResult.None);
            }
        }
        finally
        {
            await SmallDisk.UnmountAsync(mount);
        }
    }

    [SmallDiskFact]
    public async Task Append_WhatDoesNotFit_LeavesTheLogAsItWasAndFitsOnceThereIsRoom()
    {
        string mount = await SmallDisk.MountAsync(megabytes: 2);
        try
        {
            string path = Path.Combine(mount, "audit.db"), ballast = Path.Combine(mount, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[1_700 * 1024]);
            AuditRecord[] batch = [.. Enumerable.Range(0, 2_000).Select(WrittenDatabase.Record)];
            await using (SqliteAuditSink sink = new(path))
            {
                await sink.WriteAsync(batch.AsMemory(0, 10), CancellationToken.None);
                IOException full = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(batch, CancellationToken.None));
                Assert.Contains("full", full.Message, StringComparison.Ordinal);
                Assert.Equal((true, 10L), (AuditVerifier.Verify(SqliteAuditLog.At(path)).IsIntact, AuditVerifier.Verify(SqliteAuditLog.At(path)).Records));

                File.Delete(ballast);
                await sink.WriteAsync(batch, CancellationToken.None);
            }

            AuditVerification found = AuditVerifier.Verify(SqliteAuditLog.At(path));
            Assert.True(found is { IsIntact: true, Records: 2_010 }, string.Join('\n', found.Findings));
        }
        finally
        {
            await SmallDisk.UnmountAsync(mount);
        }
    }

    private static ServiceProvider Host(IAuditSink sink)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text("""
                    permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
                    permit(principal is IntentAuthz::Agent, action == Action::"wipe", resource);
                    """))
                .AddTool(ToolDescriptor.For("wipe").Risk(RiskClass.High).Idempotent())
                .UseAuditSink(sink),
            options => options.AuditShutdownTimeout = TimeSpan.FromSeconds(20));
        return services.BuildServiceProvider();
    }

    private static async Task<AgentTask> OpenAsync(Guard guard) =>
        (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), s_acme, "ann"), "a test", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Service("host", s_acme))).GetTaskOrThrow();
}
