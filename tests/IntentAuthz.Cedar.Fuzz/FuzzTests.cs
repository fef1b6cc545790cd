using IntentAuthz.Cedar.Fuzz.Targets;
using Xunit.Abstractions;

namespace IntentAuthz.Cedar.Fuzz;

/// <summary>
/// Everything that reads input from outside gets inputs nobody would write. Only documented outcomes may come out, soon, and what was
/// read is the same after writing it. A run is the same every time; INTENTAUTHZ_SEED gives another, and INTENTAUTHZ_LONG a long one.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int ShortRun = 3_000;
    private const int LongRun = 100_000;

    private static readonly string SchemaText = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Seeds", "schema-text", "docs.cedarschema"));
    private static readonly string EntitiesJson = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Seeds", "entities-json", "docs.json"));

    public static TheoryData<string> Targets => [.. All().Select(target => target.Name)];

    private static IFuzzTarget[] All()
    {
        var schema = Schema.ParseCedar(SchemaText);
        return
        [
            new PolicyTextTarget(), new PolicySetJsonTarget(), new SchemaTextTarget(), new SchemaJsonTarget(), new EntitiesJsonTarget(schema), new ContextJsonTarget(schema),
            new ExtensionValueTarget(), new LikeTarget(), new DecisionTarget(schema, EntitiesJson),
        ];
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutated_input_has_a_documented_outcome(string name)
    {
        var seed = Environment.GetEnvironmentVariable("INTENTAUTHZ_SEED") is { Length: > 0 } given ? ulong.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 1;
        var count = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG")) ? ShortRun : LongRun;
        var run = new FuzzRun(Target(name));
        run.Mutate(Inputs("Seeds", name).Select(input => input.Content), count, seed);
        output.WriteLine($"{count} inputs, {run.Outcomes} different outcomes");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Input_that_was_once_a_problem_is_none_any_more(string name)
    {
        var run = new FuzzRun(Target(name));
        foreach (var (path, content) in Inputs("Seeds", name).Concat(Inputs("Regressions", name)))
        {
            run.Once(content, path);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Seeds_are_mostly_accepted(string name)
    {
        // Seeds that are all refused would only ever try the first checks.
        var target = Target(name);
        var outcomes = Inputs("Seeds", name).Select(input => target.Run(input.Content)).ToList();
        Assert.NotEmpty(outcomes);
        Assert.Contains(outcomes, outcome => outcome.Contains("accepted", StringComparison.Ordinal) || outcome.Contains("True", StringComparison.Ordinal) || outcome.Contains("Allow", StringComparison.Ordinal));
    }

    private static IFuzzTarget Target(string name) => All().Single(target => target.Name == name);

    private static IEnumerable<(string Path, byte[] Content)> Inputs(string kind, string name)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, kind, name);
        return Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllBytes(path)))
            : [];
    }
}
