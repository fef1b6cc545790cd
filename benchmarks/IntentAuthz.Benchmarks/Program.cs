using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/IntentAuthz.Benchmarks -- --job short
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 || !args.Contains("--filter") ? [.. args, "--filter", "*"] : args);
