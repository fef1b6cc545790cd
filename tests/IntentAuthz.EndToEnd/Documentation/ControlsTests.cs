using System.Text.RegularExpressions;

using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntentAuthz.EndToEnd.Documentation;

/// <summary>docs/controls.md names tests as proof. It is only worth something as long as they are there and run.</summary>
public sealed partial class ControlsTests
{
    private static readonly Lazy<Dictionary<string, bool>> s_tests = new(FindTests);

    [Fact]
    public void Every_control_names_tests_that_are_there_and_run()
    {
        string[] rows = Rows();
        Assert.True(rows.Length > 30, $"Only {rows.Length} rows of controls were found; has the form of the page changed?");
        string[] wrong =
        [
            .. from row in rows
               let named = TestName().Matches(Cells(row)[1]).Select(static m => (Test: m.Groups[1].Value, SaysWhere: m.Groups[2].Success)).ToArray()
               from problem in named.Length == 0 ? ["names no test"] : named.Select(static n => ProblemWith(n.Test, n.SaysWhere)).OfType<string>()
               select $"'{Cells(row)[0]}' {problem}",
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("ASI", 10, "00")]
    [InlineData("NHI", 10, "0")]
    [InlineData("L", 7, "0")]
    public void Every_risk_and_layer_has_a_control(string prefix, int count, string format)
    {
        HashSet<string> found = [.. Rows().SelectMany(static row => Cells(row)[2..5]).SelectMany(static cell => cell.Split(", ", StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal([], Enumerable.Range(1, count).Select(n => prefix + n.ToString(format, System.Globalization.CultureInfo.InvariantCulture)).Where(risk => !found.Contains(risk)));
    }

    [Fact]
    public void Every_function_of_the_framework_has_a_control() =>
        Assert.Equal(["GOVERN", "MANAGE", "MAP", "MEASURE"], Rows().Select(static row => Cells(row)[5]).Distinct().Order(StringComparer.Ordinal));

    private static string[] Rows() =>
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "controls.md"))
            .Where(static line => line.StartsWith('|') && Cells(line) is { Length: 6 } cells && cells[0] is not "control" && !cells[0].StartsWith("---", StringComparison.Ordinal))];

    private static string[] Cells(string row) => [.. row.Trim('|').Split('|').Select(static c => c.Trim())];

    private static string? ProblemWith(string test, bool saysWhere) =>
        !s_tests.Value.TryGetValue(test, out bool runsEverywhere) ? $"names {test}, which is no test or is skipped"
        : runsEverywhere == saysWhere ? $"names {test}, which {(saysWhere ? "runs everywhere: take the '(where …)' behind it away" : "runs on some machines only: say behind it '(where …)'")}"
        : null;

    // From the sources: a test that is commented out, renamed, skipped or not a test any more is not found. With each, whether it runs on every machine.
    private static Dictionary<string, bool> FindTests()
    {
        Dictionary<string, bool> found = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"))
            {
                continue;
            }

            foreach (MethodDeclarationSyntax method in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            {
                if (method.Parent is ClassDeclarationSyntax type && method.AttributeLists.SelectMany(static l => l.Attributes).FirstOrDefault(IsRunAsTest) is { } attribute)
                {
                    string name = $"{type.Identifier.Text}.{method.Identifier.Text}";
                    found[name] = RunsEverywhere(attribute) && found.GetValueOrDefault(name, true);
                }
            }
        }

        return found;
    }

    private static bool IsRunAsTest(AttributeSyntax attribute) =>
        (attribute.Name.ToString().EndsWith("Fact", StringComparison.Ordinal) || attribute.Name.ToString().EndsWith("Theory", StringComparison.Ordinal))
        && attribute.ArgumentList?.ToString().Contains("Skip", StringComparison.Ordinal) != true;

    // [SmallDiskFact], [ReferenceFact] and the like skip themselves where what they need is not there.
    private static bool RunsEverywhere(AttributeSyntax attribute) => attribute.Name.ToString() is "Fact" or "Theory";

    [GeneratedRegex("`([A-Za-z0-9_]+\\.[A-Za-z0-9_]+)`( \\(where [^)]+\\))?")]
    private static partial Regex TestName();
}
