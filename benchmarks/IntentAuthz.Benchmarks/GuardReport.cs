using System.Diagnostics;
using System.Globalization;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// The guard around a tool that does nothing, in turns with the tool alone: slices of some milliseconds, so that both meet a shared machine in the
/// same state. A machine whose neighbours come and go takes twice as long for the same work from one second to the next, and a mean over such
/// seconds says little of either. Garbage collections and the audit's writer are in the time.
/// </summary>
internal static class GuardReport
{
    private const int Slice = 5_000;
    private const int WarmUp = 150;
    private const int Slices = 2_000;

    internal static async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync("| | | 5th percentile | median | 95th | ratio, median |");
        await output.WriteLineAsync("|---|---|---|---|---|---|");
        foreach (bool withCredential in (bool[])[false, true])
        {
            GuardBenchmarks benchmarks = new() { WithCredential = withCredential };
            await benchmarks.SetupAsync();
            try
            {
                (double Alone, double Guarded)[] pairs = Measure(benchmarks);
                string title = withCredential ? "with a cached lease" : "without a credential";
                Write(output, title + ", all", pairs);
                double quiet = pairs.Min(static p => p.Alone) * 1.15;
                Write(output, string.Create(CultureInfo.InvariantCulture, $"{title}, where the tool alone took at most {quiet:F0} ns before and after"), Quiet(pairs, quiet));
            }
            finally
            {
                await benchmarks.CleanupAsync();
            }
        }
    }

    private static (double Alone, double Guarded)[] Measure(GuardBenchmarks benchmarks)
    {
        List<(double, double)> pairs = [];
        for (int slice = -WarmUp; slice < Slices; slice++)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < Slice; i++)
            {
                benchmarks.WithoutGuard();
            }

            long middle = Stopwatch.GetTimestamp();
            for (int i = 0; i < Slice; i++)
            {
                benchmarks.Guarded();
            }

            long end = Stopwatch.GetTimestamp();
            if (slice >= 0)
            {
                pairs.Add((Stopwatch.GetElapsedTime(begin, middle).TotalNanoseconds / Slice, Stopwatch.GetElapsedTime(middle, end).TotalNanoseconds / Slice));
            }
        }

        return [.. pairs];
    }

    /// <summary>Those with a quiet slice of the tool alone on either side. Chosen by that alone, so that a slow guard is in it.</summary>
    private static (double Alone, double Guarded)[] Quiet((double Alone, double Guarded)[] pairs, double most) =>
        [.. pairs.Where((p, i) => p.Alone <= most && i + 1 < pairs.Length && pairs[i + 1].Alone <= most)];

    private static void Write(TextWriter output, string title, (double Alone, double Guarded)[] pairs)
    {
        if (pairs.Length == 0)
        {
            output.WriteLine($"| {title} | none of {Slices} slices | | | | |");
            return;
        }

        double[] alone = [.. pairs.Select(static p => p.Alone).Order()], guarded = [.. pairs.Select(static p => p.Guarded).Order()];
        double[] ratios = [.. pairs.Select(static p => p.Guarded / p.Alone).Order()];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {title}: {pairs.Length} slices | alone | {At(alone, 0.05):F0} ns | {At(alone, 0.5):F0} ns | {At(alone, 0.95):F0} ns | |"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| mean {guarded.Average():F0} ns | guarded | {At(guarded, 0.05):F0} ns | {At(guarded, 0.5):F0} ns | {At(guarded, 0.95):F0} ns | {At(ratios, 0.5):F1} |"));
    }

    private static double At(double[] sorted, double part) => sorted[(int)(part * (sorted.Length - 1))];
}
