namespace IntentAuthz.Cli.Corpus;

/// <summary>Runs all tests at or below a directory, several at a time.</summary>
internal static class CorpusRun
{
    /// <summary>The outcomes, in the order of the paths; how far it is goes to <paramref name="progress"/>.</summary>
    public static IReadOnlyList<TestOutcome> Run(string directory, ICorpusEngine engine, IProgress<double> progress, CancellationToken cancellation)
    {
        var paths = TestFiles.Below(directory);
        var outcomes = new TestOutcome?[paths.Count];
        var done = 0;
        Parallel.For(0, paths.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            if (RunOne(paths[i], engine) is { } disagreements)
            {
                outcomes[i] = new(Path.GetRelativePath(directory, paths[i]), disagreements);
            }

            progress.Report((double)Interlocked.Increment(ref done) / paths.Count);
        });
        return [.. outcomes.OfType<TestOutcome>()];
    }

    // Null for a file that is no test.
    private static List<Disagreement>? RunOne(string path, ICorpusEngine engine)
    {
        var disagreements = new List<Disagreement>();
        try
        {
            if (CorpusTestReader.Read(path) is not { } test)
            {
                return null;
            }

            TestChecks.Run(test, engine, (what, expected, got) => disagreements.Add(new(what, expected, got)));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever a test holds, the others are run too: a file that cannot be read, and a fault of an engine, fail this test.
            disagreements.Add(new("the test", "one that can be run", exception is FormatException or IOException ? exception.Message : exception.ToString()));
        }

        return disagreements;
    }
}
