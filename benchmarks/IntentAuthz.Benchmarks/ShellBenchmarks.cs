using BenchmarkDotNet.Attributes;
using IntentAuthz.Containment;

namespace IntentAuthz.Benchmarks;

/// <summary>Understanding shell commands before they run: text to answer, nothing kept between calls.</summary>
[MemoryDiagnoser]
public class ShellBenchmarks
{
    private readonly ShellAnalyzer _analyzer = new(new ShellAnalyzerOptions { WorkingDirectory = "/work", Home = "/home/agent" });

    [Benchmark(Baseline = true, Description = "cd && grep | head")]
    public bool Typical() => _analyzer.Analyze("cd src && grep -rn \"TODO\" --include=*.cs . | head -20").IsOpaque;

    [Benchmark(Description = "ls -la")]
    public bool Smallest() => _analyzer.Analyze("ls -la").IsOpaque;

    [Benchmark(Description = "for over a pattern")]
    public bool Loop() => _analyzer.Analyze("for f in src/*.cs; do wc -l \"$f\"; done").IsOpaque;

    [Benchmark(Description = "here-document of 20 lines")]
    public bool HereDocument() => _analyzer.Analyze("cat > out/notes.md <<'EOF'\n" + s_lines + "EOF\n").IsOpaque;

    private static readonly string s_lines = string.Concat(Enumerable.Repeat("A line of ordinary text, `quoted` and $not expanded.\n", 20));
}
