using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>A table of attempts in the docs, between two marks. With <c>INTENTAUTHZ_WRITE_DOCS=1</c> it is written, else compared.</summary>
internal sealed partial class EscapeTable
{
    private readonly string _begin;
    private readonly string _end;

    private EscapeTable(string name) => (_begin, _end) = ($"<!-- {name} -->\n", $"<!-- end of {name} -->\n");

    internal static EscapeTable Programs { get; } = new("programs");

    internal static EscapeTable Network { get; } = new("network");

    private static string Page => Path.Combine(Repository(), "docs", "containment-escapes.md");

    /// <summary>What stops an attempt can differ between kernels; what is attempted cannot.</summary>
    internal void Check(IEnumerable<(EscapeAttempt Attempt, EscapeResult Result)> attempts)
    {
        (EscapeAttempt Attempt, EscapeResult Result)[] all = [.. attempts];
        (string before, string table, string after) = Split();
        if (Environment.GetEnvironmentVariable("INTENTAUTHZ_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Page, before + Write(all) + after);
            return;
        }

        string[] expected = [.. all.Select(static a => $"| `{a.Attempt.Name}` | {a.Attempt.What} ")];
        string[] found = [.. Rows(table).Select(static l => string.Join('|', l.Split('|')[..3]))];
        Assert.Equal(expected, found);
    }

    /// <summary>How many attempts the table has, and how many of them count.</summary>
    internal (int All, int Counted) Count()
    {
        string[] rows = [.. Rows(Split().Table)];
        return (rows.Length, rows.Count(static r => r.Split('|')[3].Trim() == "succeeds"));
    }

    /// <summary>The numbers that the page states: of attempts, and of those that count.</summary>
    internal static (int All, int Counted) Stated()
    {
        Match match = Statement().Match(File.ReadAllText(Page));
        Assert.True(match.Success, $"{Page} does not say how many attempts count.");
        return (Number(match.Groups[1]), Number(match.Groups[2]));
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Rows(string table) => table.Split('\n').Where(static l => l.StartsWith("| `", StringComparison.Ordinal));

    private (string Before, string Table, string After) Split()
    {
        string text = File.ReadAllText(Page);
        int begin = text.IndexOf(_begin, StringComparison.Ordinal), end = text.IndexOf(_end, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{Page} lacks the marks '{_begin.Trim()}' and '{_end.Trim()}'.");
        begin += _begin.Length;
        return (text[..begin], text[begin..end], text[end..]);
    }

    private static string Write((EscapeAttempt Attempt, EscapeResult Result)[] all)
    {
        StringBuilder table = new();
        foreach (IGrouping<string, (EscapeAttempt Attempt, EscapeResult Result)> category in all.GroupBy(static a => a.Attempt.Category))
        {
            table.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(category.Key[0])}{category.Key[1..]}\n\n| attempt | what it does | without containment | contained |\n|---|---|---|---|\n");
            foreach ((EscapeAttempt attempt, EscapeResult result) in category)
            {
                string control = result.ControlSucceeded ? "succeeds" : $"not possible here ({result.ControlSaid}), not counted";
                table.Append(CultureInfo.InvariantCulture, $"| `{attempt.Name}` | {attempt.What} | {control} | {(result.ContainedSucceeded ? "SUCCEEDS" : $"stopped: {result.ContainedSaid}")} |\n");
            }
        }

        return table.Append('\n').ToString();
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

    [GeneratedRegex("([0-9]+) attempts, of which ([0-9]+) count")]
    private static partial Regex Statement();
}
