using System.Diagnostics;
using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Differential.Comparison;
using IntentAuthz.Cedar.Differential.Generation;
using IntentAuthz.Cedar.Differential.Reference;
using Xunit.Abstractions;

namespace IntentAuthz.Cedar.Differential;

/// <summary>
/// Random cases, answered by us and by the reference implementation (cedar-policy 4.10.0, compiled to WebAssembly). A run is the same
/// every time; INTENTAUTHZ_SEED names another first seed, and INTENTAUTHZ_LONG makes it long.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int ShortRun = 300;
    private const int LongRun = 100_000;

    // Cases that are asked and not answered yet: one side need not wait for the other.
    private const int MaxInFlight = 32;

    // So that a run that was broken off says how far it came.
    private const int CasesPerNote = 10_000;

    // Differences come in swarms; a few are enough to see what it is.
    private const int MaxReported = 3;

    [ReferenceFact]
    public async Task Random_cases_are_answered_as_by_the_reference()
    {
        var first = Setting("INTENTAUTHZ_SEED") is { } seed ? ulong.Parse(seed, CultureInfo.InvariantCulture) : 1;
        var count = Setting("INTENTAUTHZ_LONG") is null ? ShortRun : LongRun;
        using var reference = ReferenceProcess.Start();
        var comparison = new CaseComparison(reference);
        var watch = Stopwatch.StartNew();
        var pending = new Queue<(DifferentialCase Case, Task<IReadOnlyList<Difference>> Differences)>();
        var compared = 0;
        var different = new List<(DifferentialCase Case, Difference First)>();
        for (var i = 0; i < count + MaxInFlight && different.Count < MaxReported; i++)
        {
            if (i < count)
            {
                var @case = CaseGenerator.Next(first + (ulong)i);
                pending.Enqueue((@case, comparison.CompareAsync(@case)));
            }

            if (pending.Count > 0 && (i >= count || pending.Count >= MaxInFlight))
            {
                var (@case, differences) = pending.Dequeue();
                if (await differences is [var difference, ..])
                {
                    different.Add((@case, difference));
                }

                if (++compared % CasesPerNote == 0)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{compared} cases compared, {different.Count} with differences"));
                }
            }
        }

        await Task.WhenAll(pending.Select(entry => entry.Differences));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{compared} cases compared in {watch.Elapsed.TotalSeconds:F1} s, {different.Count} with differences. {comparison.Summary}"));
        var report = new StringBuilder();
        foreach (var (@case, difference) in different)
        {
            report.Append(await DescribeAsync(@case, difference, comparison)).Append("\n\n");
        }

        Assert.True(different.Count == 0, report.ToString());
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static async Task<string> DescribeAsync(DifferentialCase @case, Difference first, CaseComparison comparison)
    {
        var shrunk = await CaseShrinker.ShrinkAsync(@case, async smaller => (await comparison.CompareAsync(smaller)).Any(difference => difference.Kind == first.Kind));
        var differences = await comparison.CompareAsync(shrunk);
        return $"{string.Concat(differences)}{shrunk}\nThe case before it was made smaller:\n{@case}";
    }
}
