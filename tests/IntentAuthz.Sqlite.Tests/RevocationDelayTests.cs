using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;

using Xunit.Abstractions;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>The promise that a stop in one process reaches the others on the same file within 100 ms, timed between real processes.</summary>
public sealed class RevocationDelayTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 20;

    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_stop_in_another_process_cancels_a_call_in_flight_here_within_100_ms()
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text("permit(principal, action, resource);", "host"))
                .AddTool(ToolDescriptor.For("slow"))
                .UseSqlite(_state.Path)
                .UseAuditSink(new InMemoryAuditSink()),
            static options => options.MaxRevocationStaleness = TimeSpan.FromSeconds(30)); // a machine that stands still for a second has calls denied
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        using OtherProcess other = await OtherProcess.StartAsync(_state.Path);
        await other.AskAsync("revoke warm-up");
        List<double> afterReturn = [];
        List<double> afterAsking = [];
        for (int round = 0; round < Rounds; round++)
        {
            AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId($"agent-{round}"), Samples.Tenant, "ann");
            AgentTask task = (await guard.Tasks.OpenAsync(
                new TaskRequest(agent, "be stopped", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)), Principal.Person("bea", Samples.Tenant))).GetTaskOrThrow();
            TaskCompletionSource running = new();
            TaskCompletionSource<long> cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<GuardResult> call = guard.InvokeAsync(task, new ToolCall("slow", "{}"), async (_, token) =>
            {
                using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult(Stopwatch.GetTimestamp()));
                running.SetResult();
                await cancelled.Task;
                return ToolResult.None;
            }).AsTask();
            Assert.True(await Task.WhenAny(running.Task, call) == running.Task, "The call did not run, so nothing can be timed.");

            long asked = Stopwatch.GetTimestamp();
            await other.AskAsync($"revoke agent-{round}");
            long returned = Stopwatch.GetTimestamp();
            long stopped = await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(ReasonCodes.CancelledByRevocation, (await call).OutcomeCode);
            afterAsking.Add(Stopwatch.GetElapsedTime(asked, stopped).TotalMilliseconds);
            afterReturn.Add(Math.Max(0, Stopwatch.GetElapsedTime(returned, stopped).TotalMilliseconds));
        }

        Report("after the other process was told that it is written", afterReturn);
        Report("after the other process was asked", afterAsking);
        double median = afterReturn.Order().ElementAt(Rounds / 2);
        Assert.True(median <= 100, $"half of the stops took more than {median:0} ms; promised are 100");
    }

    private void Report(string since, List<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        output.WriteLine($"stopped here {since}: median {sorted[Rounds / 2]:0.0} ms, least {sorted[0]:0.0}, most {sorted[^1]:0.0}");
    }
}
