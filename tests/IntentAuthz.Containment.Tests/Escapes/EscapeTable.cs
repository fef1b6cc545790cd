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
    internal void Check(IEnumerable<EscapeRow> attempts)
    {
        EscapeRow[] all = [.. attempts];
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

    private static string Write(EscapeRow[] all)
    {
        StringBuilder table = new();
        foreach (IGrouping<string, EscapeRow> category in all.GroupBy(static a => a.Attempt.Category))
        {
            bool both = category.Any(static a => a.NotRoot is not null);
            table.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(category.Key[0])}{category.Key[1..]}\n\n| attempt | what it does | without containment | contained |{(both ? " without, not root | contained, not root |" : "")}\n|---|---|---|---|{(both ? "---|---|" : "")}\n");
            foreach (EscapeRow row in category)
            {
                table.Append(CultureInfo.InvariantCulture, $"| `{row.Attempt.Name}` | {row.Attempt.What} | {Cells(row.Result, isRefused: false)} |");
                table.Append(row.NotRoot is { } notRoot ? $" {Cells(notRoot, row.IsRefusedNotRoot)} |\n" : "\n");
            }
        }

        return table.Append('\n').ToString();

        static string Cells(EscapeResult result, bool isRefused) =>
            $"{(result.ControlSucceeded ? "succeeds" : $"not possible here ({result.ControlSaid}), not counted")} | "
            + (!result.ContainedSucceeded ? $"stopped: {result.ContainedSaid}" : isRefused ? "refused: no limit without a control group" : "SUCCEEDS");
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
