using System.Diagnostics;
using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Differential;
using IntentAuthz.Cedar.Fuzz.Mutation;
using IntentAuthz.Cedar.Fuzz.Targets;

namespace IntentAuthz.Cedar.Fuzz;

/// <summary>
/// Tries inputs on a target. What leads to an outcome not seen before is mutated further. The same seed gives the same inputs.
/// </summary>
internal sealed class FuzzRun(IFuzzTarget target)
{
    // What .NET gives a thread at the least; a stack overflow ends the process, and with it the test run.
    private const int Stack = 1536 * 1024;

    // For inputs of up to 64 KiB, on a busy machine.
    private const long MaxAllocated = 1L << 30;
    private const int MaxPool = 5_000;

    // Longer inputs are tried, but not mutated further: they take long and say little that shorter ones do not.
    private const int MaxPooledLength = 8 * 1024;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _outcomes = [];

    public int Outcomes => _outcomes.Count;

    /// <summary>Mutates the seeds so many times.</summary>
    public void Mutate(IEnumerable<byte[]> seeds, int count, ulong seed) => OnOwnThread(() =>
    {
        var pool = seeds.ToList();
        var mutator = new Mutator(new(seed));
        for (var i = 0; i < count; i++)
        {
            var input = mutator.Mutate(pool);
            if (Try(input, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, input {i}")) && pool.Count < MaxPool && input.Length <= MaxPooledLength)
            {
                pool.Add(input);
            }
        }
    });

    /// <summary>Tries one input as it is.</summary>
    public void Once(byte[] input, string name) => OnOwnThread(() => Try(input, name));

    // True if the outcome is new.
    private bool Try(byte[] input, string name)
    {
        var watch = Stopwatch.StartNew();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var isNew = _outcomes.Add(target.Run(input));
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Law.Holds(watch.Elapsed < MaxTime, $"It took {watch.Elapsed}.");
            Law.Holds(allocated < MaxAllocated, $"It allocated {allocated} bytes.");
            return isNew;
        }
        catch (Exception exception)
        {
            // Any exception at all: that is what is looked for.
            throw new LawBrokenException(
                $"""
                {target.Name}, {name}: {exception}
                Put the input into Regressions/{target.Name}/ under a name that says what was wrong:
                base64 -d <<< {Convert.ToBase64String(input)}
                {Encoding.UTF8.GetString(input)}
                """);
        }
    }

    private static void OnOwnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), Stack);
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw failure;
        }
    }
}
