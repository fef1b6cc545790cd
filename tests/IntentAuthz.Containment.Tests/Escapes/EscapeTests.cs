using System.Text;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>Every attempt to get out of a containment that grants a workspace and the system's programs. The attempts are in the C files beside this.</summary>
public sealed class EscapeTests(EscapeSuite suite, NobodyEscapes nobody) : IClassFixture<EscapeSuite>, IClassFixture<NobodyEscapes>
{
    /// <summary>What these exceed needs a control group, which a host that is not root has only where one was delegated to it; bounds that ask for it are refused.</summary>
    private static readonly string[] s_needMemoryGroup = ["memory", "shared-mapping", "memory-of-children"];

    public static TheoryData<string> Names => new(EscapeSuite.Attempts.Select(static a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Attempt_Contained_DoesNotGetOut(string name)
    {
        EscapeResult result = suite.Results[name];

        Assert.False(result.ContainedSucceeded, $"'{name}' got out of the containment. Without containment: {result.ControlSaid}.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Attempt_ContainedByAHostThatIsNotRoot_DoesNotGetOut(string name)
    {
        EscapeResult result = nobody.Results[name];

        Assert.False(result.ContainedSucceeded && !s_needMemoryGroup.Contains(name), $"'{name}' got out of the containment. Without containment: {result.ControlSaid}.");
    }

    [Fact]
    public void Attempts_ThatSucceedWithoutContainmentForAHostThatIsNotRoot_AreAtLeast150()
    {
        int succeeding = nobody.Results.Values.Count(static r => r.ControlSucceeded);

        Assert.True(succeeding >= 150, $"Only {succeeding} attempts show anything there.");
    }

    [Fact]
    public void Attempts_ThatSucceedWithoutContainment_AreAtLeast150()
    {
        string[] not = [.. suite.Results.Where(static r => !r.Value.ControlSucceeded).Select(static r => $"{r.Key} ({r.Value.ControlSaid})").Order(StringComparer.Ordinal)];

        Assert.True(suite.Results.Count - not.Length >= 150, $"Only {suite.Results.Count - not.Length} attempts show anything here. These do not: {string.Join(", ", not)}");
    }

    [Fact]
    public void Attempts_Listed_AreInTheTableOfTheDocs()
    {
        string docs = Path.Combine(Repository(), "docs", "containment-escapes.md");
        string text = File.Exists(docs) ? File.ReadAllText(docs) : "";
        const string Begin = "<!-- table -->\n";
        Assert.Contains(Begin, text, StringComparison.Ordinal);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        if (Environment.GetEnvironmentVariable("INTENTAUTHZ_WRITE_DOCS") == "1")
        {
            File.WriteAllText(docs, text[..begin] + Table());
            return;
        }

        // INTENTAUTHZ_WRITE_DOCS=1 writes the table. What stops an attempt can differ between kernels; what is attempted cannot.
        string[] rows = [.. text[begin..].Split('\n').Where(static l => l.StartsWith("| `", StringComparison.Ordinal)).Select(static l => string.Join('|', l.Split('|')[..3]))];
        string[] expected = [.. EscapeSuite.Attempts.Select(static a => $"| `{a.Name}` | {a.What} ")];
        Assert.Equal(expected, rows);
    }

    private string Table()
    {
        StringBuilder table = new();
        foreach (IGrouping<string, EscapeAttempt> category in EscapeSuite.Attempts.GroupBy(static a => a.Category))
        {
            table.Append($"\n## {char.ToUpperInvariant(category.Key[0])}{category.Key[1..]}\n\n| attempt | what it does | without containment | contained | without, not root | contained, not root |\n|---|---|---|---|---|---|\n");
            foreach (EscapeAttempt attempt in category)
            {
                table.Append($"| `{attempt.Name}` | {attempt.What} | {Cells(suite.Results[attempt.Name], false)} | {Cells(nobody.Results[attempt.Name], s_needMemoryGroup.Contains(attempt.Name))} |\n");
            }
        }

        return table.ToString();

        static string Cells(EscapeResult result, bool isNotLimited) =>
            $"{(result.ControlSucceeded ? "succeeds" : $"not possible here ({result.ControlSaid}), not counted")} | "
            + (!result.ContainedSucceeded ? $"stopped: {result.ContainedSaid}" : isNotLimited ? "refused: no limit without a control group" : "SUCCEEDS");
    }

    private static string Repository()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "IntentAuthz.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
