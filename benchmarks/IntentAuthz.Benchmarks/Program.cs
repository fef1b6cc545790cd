using BenchmarkDotNet.Running;

using IntentAuthz.Benchmarks;
using IntentAuthz.Benchmarks.Cedar;

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- --job short
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- memory
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- revocations
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- cold-start
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- leases
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- egress
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- replay
if (args is ["replay", .. var counts])
{
    await ReplayReport.WriteAsync(Console.Out, counts is [var count] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000);
    return;
}

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- guard
if (args is ["guard"])
{
    await GuardReport.WriteAsync(Console.Out);
    return;
}

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- audit [directory]
if (args is ["audit", ..])
{
    await AuditReport.WriteAsync(Console.Out, args.Length > 1 ? args[1] : Path.GetTempPath());
    return;
}

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- contained-starts
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- contained-kills
if (args is ["contained-kills"])
{
    await ContainedStartReport.WriteKillsAsync(Console.Out);
    return;
}

if (args is ["contained-starts"])
{
    await ContainedStartReport.WriteAsync(Console.Out);
    return;
}

if (args is ["egress"])
{
    await EgressReport.WriteAsync(Console.Out);
    return;
}

if (args is ["memory"])
{
    MemoryReport.Write(Console.Out);
    return;
}

if (args is ["revocations"])
{
    RevocationReport.Write(Console.Out);
    return;
}

if (args is ["cold-start"])
{
    await ColdStartReport.WriteAsync(Console.Out, 1_000_000);
    return;
}

if (args is ["leases"])
{
    await LeaseReport.WriteAsync(Console.Out, 100_000);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 || !args.Contains("--filter") ? [.. args, "--filter", "*"] : args);
