using IntentAuthz.Cedar.Tests.Conformance;
using IntentAuthz.Cli.Corpus;
using Xunit.Abstractions;

namespace IntentAuthz.Cli.Tests.Corpus;

/// <summary>The reference's own verdicts, all of them: every engine must give the same.</summary>
public sealed class ReferenceCorpusTests(ITestOutputHelper output)
{
    [ConformanceFact]
    public void Every_engine_agrees_with_the_reference_on_everything_it_recorded()
    {
        foreach (var engine in CorpusEngines.All)
        {
            var result = Verb.Run("cedar", "corpus", ConformanceData.Root!, "--engine", engine.Name);
            output.WriteLine($"{engine.Name}: {result.Lines[^1]}");
            Assert.True(result.ExitCode == 0, $"{engine.Name}: {string.Join(Environment.NewLine, result.Lines.Take(20).Append(result.Lines[^1]))}");
            var passed = int.Parse(result.Lines[^1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(passed >= 1000, $"Only {passed} tests; the archive is not what it should be.");
        }
    }

    [ConformanceFact]
    public void The_handwritten_tests_find_their_files_from_a_directory_of_their_own()
    {
        var result = Verb.Run("cedar", "corpus", Path.Combine(ConformanceData.Root!, "tests"));

        Assert.Equal("22 passed, 0 failed", result.Lines[^1]);
    }
}
