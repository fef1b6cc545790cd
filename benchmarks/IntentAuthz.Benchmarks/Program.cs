using BenchmarkDotNet.Running;

using IntentAuthz.Benchmarks.Cedar;

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- --job short
// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- memory
if (args is ["memory"])
{
    MemoryReport.Write(Console.Out);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 || !args.Contains("--filter") ? [.. args, "--filter", "*"] : args);
