using System.Globalization;
using System.Text;

using BenchmarkDotNet.Attributes;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// Looking for live secrets in a tool's result, a JSON listing with escapes and line breaks in its texts. None is in it, which is the way of
/// nearly every call; <see cref="Find"/> has one at its end. The baseline is a vectorised search for one string.
/// </summary>
[MemoryDiagnoser]
public class ScrubberBenchmarks
{
    private SecretScrubber _scrubber = null!;
    private string _text = "";
    private string _leaking = "";
    private string _secret = "";
    private int _next;

    [Params(1, 100_000)]
    public int Secrets { get; set; }

    [Params(4, 64)]
    public int KiB { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _scrubber = new SecretScrubber(TimeProvider.System);
        for (int i = 0; i < Secrets; i++)
        {
            _secret = $"tok_{Guid.NewGuid():N}";
            using Secret secret = Secret.FromString(_secret);
            _scrubber.TryRemember(LeaseId.New(), secret, DateTimeOffset.UtcNow.AddDays(1));
        }

        StringBuilder text = new();
        for (int i = 0; text.Length < KiB * 1024; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""{"id":{{i}},"sender":"billing{{i}}@example.com","body":"Dear Ann,\n\ninvoice {{1000 + i}} of {{i / 7m:0.00}} is due.\nRegards, Bob \u0026 Co"},""");
        }

        _text = text.ToString(0, KiB * 1024);
        _leaking = _text[..^_secret.Length] + _secret;
    }

    [Benchmark(Baseline = true)]
    public bool OneStringSearched() => _text.Contains(_secret, StringComparison.Ordinal);

    [Benchmark]
    public string FindNothing() => _scrubber.Scrub(_text, out _);

    [Benchmark]
    public string Find() => _scrubber.Scrub(_leaking, out _);

    [Benchmark]
    public void RememberAndForget()
    {
        LeaseId lease = LeaseId.New();
        using Secret secret = Secret.FromString($"tok_{_next++:D32}");
        _scrubber.TryRemember(lease, secret, DateTimeOffset.UtcNow.AddDays(1));
        _scrubber.Forget(lease);
    }
}
