using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// How many records a second the audit's sinks take for as long as one likes, each batch durable before the next begins, with the chain and signed
/// checkpoints: the records of calls, made anew for each batch as the guard makes them.
/// </summary>
internal static class AuditReport
{
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(10);

    internal static async Task WriteAsync(TextWriter output, string directory)
    {
        await using (ServiceProvider services = GuardBenchmarks.AuditedHost(new InMemoryAuditSink(1024)))
        {
            s_task = (await OpenAsync(services.GetRequiredService<Guard>())).Audited;
        }

        await WriteSinksAsync(output, directory);
        await output.WriteLineAsync();
        await WriteGuardAsync(output, directory);
    }

    /// <summary>The guard around a tool that does nothing, one call after another, with each sink: what the caller waits, and what it costs in all.</summary>
    private static async Task WriteGuardAsync(TextWriter output, string directory)
    {
        await output.WriteLineAsync("| the guard with its audit in | a call, best of rounds | median of rounds | allocated by the caller | in all |");
        await output.WriteLineAsync("|---|---|---|---|---|");
        foreach (string kind in (string[])["memory", "file", "sqlite"])
        {
            string place = Directory.CreateDirectory(Path.Combine(directory, $"audit-{Guid.NewGuid():N}")).FullName;
            try
            {
                IAuditSink sink = kind switch
                {
                    "memory" => new InMemoryAuditSink(1024),
                    "file" => new JsonLinesAuditSink(Path.Combine(place, "audit.jsonl")),
                    _ => new SqliteAuditSink(Path.Combine(place, "audit.db")),
                };
                await using (ServiceProvider services = GuardBenchmarks.AuditedHost(sink))
                {
                    await output.WriteLineAsync($"| {kind} | {await MeasureGuardAsync(services)} |");
                }

                if (sink is IAsyncDisposable file)
                {
                    await file.DisposeAsync();
                }
            }
            finally
            {
                Directory.Delete(place, recursive: true);
            }
        }
    }

    private static async Task<string> MeasureGuardAsync(ServiceProvider services)
    {
        const int Round = 20_000;
        Guard guard = services.GetRequiredService<Guard>();
        AgentTask task = await OpenAsync(guard);
        ToolCall call = new("pay", """{"to":"ACME","amount":20}""");
        List<double> rounds = [];
        long allocated = 0, total = 0;
        for (int round = 0; round < 25; round++)
        {
            await services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None); // no round begins with the queue of the one before
            (allocated, total) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Round; i++)
            {
                ValueTask<GuardResult> pending = guard.InvokeAsync(task, call, static (_, _) => new ValueTask<ToolResult>(ToolResult.None), CancellationToken.None);
                if (!pending.IsCompletedSuccessfully || !pending.Result.IsCompleted)
                {
                    throw new InvalidOperationException("The call waited, or was denied.");
                }
            }

            rounds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / Round);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            await services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
            total = GC.GetTotalAllocatedBytes(precise: true) - total;
        }

        rounds.RemoveRange(0, 5);
        rounds.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{rounds[0]:0.00} µs | {rounds[rounds.Count / 2]:0.00} µs | {allocated / Round} B | {total / Round} B");
    }

    private static async Task<AgentTask> OpenAsync(Guard guard)
    {
        TenantId tenant = new("acme");
        return (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("invoice-bot"), tenant, "ann@acme.example"), "pay invoices", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
    }

    private static async Task WriteSinksAsync(TextWriter output, string directory)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await output.WriteLineAsync("| sink | records a batch | records/s | each batch | bytes a record | allocated a record |");
        await output.WriteLineAsync("|---|---|---|---|---|---|");
        foreach (int batch in (int[])[256, 1_024, 4_096])
        {
            foreach (string kind in (string[])["file", "sqlite"])
            {
                string place = Directory.CreateDirectory(Path.Combine(directory, $"audit-{Guid.NewGuid():N}")).FullName;
                try
                {
                    AuditFileOptions options = new() { SigningKey = key };
                    IAuditSink sink = kind == "file"
                        ? new JsonLinesAuditSink(Path.Combine(place, "audit.jsonl"), options)
                        : new SqliteAuditSink(Path.Combine(place, "audit.db"), options);
                    string line = await MeasureAsync(sink, batch);
                    await ((IAsyncDisposable)sink).DisposeAsync();
                    long bytes = Directory.EnumerateFiles(place).Sum(static f => new FileInfo(f).Length);
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {batch} | {line.Replace("BYTES", $"{bytes / s_written}", StringComparison.Ordinal)} |"));
                }
                finally
                {
                    Directory.Delete(place, recursive: true);
                }
            }
        }
    }

    private static long s_written;
    private static AuditedTask s_task = AuditedTask.None;

    private static async Task<string> MeasureAsync(IAuditSink sink, int batch)
    {
        AuditRecord[] records = new AuditRecord[batch];
        for (int i = 0; i < 20; i++)
        {
            await sink.WriteAsync(Fill(records), CancellationToken.None);
        }

        long written = 20L * batch, warm = written, allocated = GC.GetTotalAllocatedBytes(precise: true);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_each)
        {
            await sink.WriteAsync(Fill(records), CancellationToken.None);
            written += batch;
        }

        double seconds = watch.Elapsed.TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        s_written = written;
        long measured = written - warm;
        return string.Create(CultureInfo.InvariantCulture, $"{measured / seconds:N0} | {seconds * batch / measured * 1000:0.00} ms | BYTES | {allocated / measured} B");
    }

    private static AuditRecord[] Fill(AuditRecord[] records)
    {
        for (int i = 0; i < records.Length; i += 2)
        {
            AuditFacts facts = new()
            {
                Task = s_task,
                Tool = s_tool,
                Call = CallId.New(),
                FrameworkCallId = "call_XyzAbc0123456789",
                Resources = s_resources,
                Policies = s_policies,
                PolicyVersion = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
            };
            facts.TryAdd(s_digest);
            records[i] = new AuditRecord(facts)
            {
                Kind = AuditKind.Decision,
                Time = DateTimeOffset.UtcNow,
                Outcome = DecisionOutcome.Permit,
                ReasonCode = ReasonCodes.Permitted,
                Explanation = "Policies and mandates permit the call and its obligations are met.",
            };
            records[i + 1] = new AuditRecord(facts, tellsCallAlone: true)
            {
                Kind = AuditKind.Outcome,
                Time = DateTimeOffset.UtcNow,
                ReasonCode = ReasonCodes.Completed,
                Explanation = "The tool returned.",
                Duration = TimeSpan.FromMilliseconds(12.5),
            };
        }

        return records;
    }

    private static readonly AuditedTool s_tool = new("payments.pay", "Action::\"pay\"");
    private static readonly System.Collections.Immutable.ImmutableArray<string> s_resources = ["Account::\"ACME\""];
    private static readonly System.Collections.Immutable.ImmutableArray<string> s_policies = ["small payments"];
    private static readonly ArgumentsDigest s_digest = new ArgumentsHasher(new byte[32]).Hash(new TenantId("acme"), "{}"u8.ToArray());
}
