using System.Diagnostics;
using System.Security.Cryptography;

using IntentAuthz.Benchmarks.Cedar;
using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// Writes decisions of the agent scenario with 1,000 policies by the way that the guard's decisions go — engine, recorder, queue, encrypted files —
/// and decides them again, under the same policies and under a set in which about half of the forbids are stricter.
/// </summary>
internal static class ReplayReport
{
    private const int Policies = 1_000;

    internal static async Task WriteAsync(TextWriter output, int count)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("intentauthz-replay-");
        try
        {
            await WriteAsync(output, count, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(TextWriter output, int count, string directory)
    {
        AgentScenario scenario = new(Policies);
        using DecisionKey key = new("benchmark", RandomNumberGenerator.GetBytes(DecisionKey.Size));
        await RecordAsync(output, count, directory, scenario, key);

        string changed = scenario.Text.Replace("context.risk.score > 9", "context.risk.score > 7", StringComparison.Ordinal);
        foreach ((string name, string text) in new[] { ("the same policies", scenario.Text), ("stricter forbids", changed), ("the same policies, again", scenario.Text) })
        {
            DecisionReplay replay = new([PolicySource.Text(text)]);
            Stopwatch watch = Stopwatch.StartNew();
            ReplayResult result = await replay.RunAsync(directory, key);
            TimeSpan took = watch.Elapsed;
            if (result.Decisions != count || !result.Problems.IsEmpty)
            {
                throw new InvalidOperationException($"{result.Decisions} of {count} decisions were read; {string.Join("; ", result.Problems)}");
            }

            await output.WriteLineAsync(
                $"replay, {name}: {result.Decisions:N0} decisions in {took.TotalSeconds:F2} s ({result.Decisions / took.TotalSeconds:N0}/s): same {result.Same:N0}, changed {result.Changed:N0} in {result.Changes.Length} groups, unknown {result.Unknown:N0}");
        }
    }

    private static async Task RecordAsync(TextWriter output, int count, string directory, AgentScenario scenario, DecisionKey key)
    {
        CedarPolicyEngine engine = new([PolicySource.Text(scenario.Text)], NullLogger<CedarPolicyEngine>.Instance);
        long lost = 0;
        TenantId tenant = new("acme");
        AgentRequest[] requests = scenario.Requests(count);
        TimeSpan took;
        using (FileDecisionStore store = new(directory, key))
        {
            DecisionQueue queue = new(store, 16L << 30, TimeSpan.FromMinutes(5), n => Interlocked.Add(ref lost, n), TimeProvider.System, NullLogger<DecisionQueue>.Instance);
            DecisionRecorder recorder = new(engine, queue, new SecretScrubber(TimeProvider.System), deniesWhatIsLost: true, keepsWholeContext: false, TimeProvider.System);
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < requests.Length; i++)
            {
                await recorder.EvaluateAsync(ToPolicyRequest(requests[i], scenario.Entities, tenant), CancellationToken.None);
                if (i % 20_000 == 0)
                {
                    await queue.FlushAsync(CancellationToken.None); // as many as would wait in a host's queue
                }
            }

            TimeSpan asked = watch.Elapsed;
            await queue.DisposeAsync();
            took = watch.Elapsed;
            await output.WriteLineAsync($"evaluated and queued {count:N0} in {asked.TotalSeconds:F2} s; lost {lost}");
        }

        long bytes = new DirectoryInfo(directory).EnumerateFiles("*.iad").Sum(static f => f.Length);
        await output.WriteLineAsync(
            $"recorded {count:N0} decisions in {took.TotalSeconds:F2} s ({count / took.TotalSeconds:N0}/s, evaluation included), {bytes:N0} bytes, {(double)bytes / count:F1} bytes a decision");
    }

    private static PolicyRequest ToPolicyRequest(AgentRequest request, EntityStore entities, TenantId tenant)
    {
        EntityUid principal = new("Agent", request.Agent);
        EntityUid action = new("Action", request.Action);
        EntityUid resource = new("Resource", request.Resource);
        return PolicyRequest.Of(tenant, new Entity(principal), new Entity(action), new Entity(resource), entities, new Source(request));
    }

    private sealed class Source(AgentRequest request) : IContextSource
    {
        public CedarRecord? Build(ContextParts part) => part switch
        {
            ContextParts.Input => new CedarRecord.Builder { { "region", request.Region }, { "category", request.Category } }.Build(),
            ContextParts.Risk => new CedarRecord.Builder { { "score", request.Score } }.Build(),
            ContextParts.Task => new CedarRecord.Builder { { "remaining", CedarDecimal.FromScaled(request.Remaining) } }.Build(),
            _ => null,
        };
    }
}
