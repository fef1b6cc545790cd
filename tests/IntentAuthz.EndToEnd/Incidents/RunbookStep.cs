using System.Text.RegularExpressions;

namespace IntentAuthz.EndToEnd.Incidents;

/// <summary>One command block of the runbook with what the page promises of it: how it exits, and lines of its answer.</summary>
internal sealed record RunbookStep(int Line, string Section, string Command, IReadOnlySet<int> ExitCodes, IReadOnlyList<string> Answers)
{
    internal static List<RunbookStep> Read(string[] page)
    {
        List<RunbookStep> steps = [];
        string section = "";
        for (int i = 0; i < page.Length; i++)
        {
            if (page[i].StartsWith("## ", StringComparison.Ordinal))
            {
                section = page[i][3..];
            }
            else if (page[i] == "```sh")
            {
                int line = i + 1;
                List<string> command = Block(page, ref i);
                HashSet<int> exits = [];
                List<string> answers = [];
                for (; i + 1 < page.Length && page[i + 1] != "```sh" && !page[i + 1].StartsWith("## ", StringComparison.Ordinal); i++)
                {
                    if (page[i + 1] == "```text")
                    {
                        i++;
                        answers.AddRange(Block(page, ref i));
                        i--;
                    }
                    else if (page[i + 1].StartsWith("It exits with ", StringComparison.Ordinal))
                    {
                        exits = [.. Regex.Matches(page[i + 1].Split('.', ':')[0], @"with (\d)").Select(static m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
                    }
                }

                steps.Add(new RunbookStep(line, section, string.Join('\n', command), exits, answers));
            }
        }

        return steps;
    }

    /// <summary>The promised lines that the answer does not have; <c>…</c> stands for anything.</summary>
    internal IEnumerable<string> Missing(string output)
    {
        string[] lines = output.Split('\n');
        return Answers.Where(promised => !lines.Any(l => Regex.IsMatch(l, $"^{Regex.Escape(promised).Replace("…", ".*", StringComparison.Ordinal)}", RegexOptions.None, TimeSpan.FromSeconds(5))));
    }

    /// <summary>The lines of the block that begins here; afterwards at the line after it.</summary>
    private static List<string> Block(string[] page, ref int at)
    {
        List<string> lines = [];
        for (at++; page[at] != "```"; at++)
        {
            lines.Add(page[at]);
        }

        return lines;
    }
}
