using System.Diagnostics;

using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>How long a restart takes with many stops in the file: from asking for the guard until everything is known and calls can be permitted.</summary>
internal static class ColdStartReport
{
    private const int AtATime = 20_000;

    internal static async Task WriteAsync(TextWriter output, int entries)
    {
        string directory = Directory.CreateTempSubdirectory("intentauthz-cold-start-").FullName;
        try
        {
            string path = Path.Combine(directory, "state.db");
            Stopwatch filling = Stopwatch.StartNew();
            await FillAsync(path, entries);
            output.WriteLine($"written: {entries} revocations in {filling.Elapsed.TotalSeconds:F1} s, {new FileInfo(path).Length / 1024 / 1024} MiB");
            for (int i = 0; i < 5; i++)
            {
                foreach (bool check in (bool[])[true, false])
                {
                    await StartAsync(output, path, entries, check);
                }
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task FillAsync(string path, int entries)
    {
        await using SqliteState state = SqliteState.Open(new SqliteStateOptions { Path = path });
        TenantId tenant = new("acme");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int written = 0; written < entries; written += AtATime)
        {
            await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => state.Revocations.AddAsync(
                new RevocationEntry
                {
                    Target = RevocationTarget.Task(tenant, new TaskId($"task_{Guid.NewGuid():N}")),
                    Reason = "incident 42",
                    Cause = RevocationCause.OperatorKey,
                    At = now,
                    ExpiresAt = now.AddDays(7),
                },
                default).AsTask()));
        }
    }

    private static async Task StartAsync(TextWriter output, string path, int entries, bool check)
    {
        GC.Collect();
        Stopwatch starting = Stopwatch.StartNew();
        ServiceCollection services = new();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text("permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::\"OpenTask\", resource);"))
            .UseSqlite(path, options => options.CheckOnOpen = check)
            .UseAuditSink(new InMemoryAuditSink(16)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        TimeSpan took = starting.Elapsed;
        int known = guard.Revocations.Entries.Length;
        output.WriteLine($"known after {took.TotalSeconds:F2} s {(check ? "with" : "without")} CheckOnOpen ({known} of {entries})");
    }
}
