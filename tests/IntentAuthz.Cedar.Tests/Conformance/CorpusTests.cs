using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cedar.Json;
using Xunit.Abstractions;
using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests.Conformance;

/// <summary>The reference's own verdicts: every request of every test must give the same decision, reasons and errors.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    [ConformanceFact]
    public void Every_generated_request_gets_the_verdict_of_the_reference() => RunAll(Path.Combine(ConformanceData.Root!, "corpus-tests"), atLeast: 1000);

    [ConformanceFact]
    public void Every_handwritten_request_gets_the_verdict_of_the_reference() => RunAll(Path.Combine(ConformanceData.Root!, "tests"), atLeast: 20);

    private void RunAll(string directory, int atLeast)
    {
        var tests = Directory.EnumerateFiles(directory, "*.json", SearchOption.AllDirectories).Where(IsTest).Order(StringComparer.Ordinal).ToList();
        Assert.True(tests.Count >= atLeast, $"Only {tests.Count} tests in {directory}; the archive is not what it should be.");
        var failures = new List<string>();
        var requests = 0;
        foreach (var test in tests)
        {
            requests += Run(test, failures);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tests.Count} tests, {requests} requests, {failures.Count} failures"));
        Assert.True(failures.Count == 0, $"{failures.Count} failures:{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(20))}");
    }

    // Entities, schema and validation lie beside a test as <hash>.<kind>.json.
    private static bool IsTest(string path) => !Path.GetFileNameWithoutExtension(path).Contains('.', StringComparison.Ordinal);

    private static int Run(string path, List<string> failures)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var test = document.RootElement;
        try
        {
            var policies = PolicySet.Parse(Read(test, "policies"), test.GetProperty("policies").GetString());
            var entities = EntityStore.ParseJson(Read(test, "entities"), ShapeOf);
            if (RoundTripDifference(policies) is { } lost)
            {
                failures.Add($"{Path.GetFileName(path)}: {lost}");
            }

            var count = 0;
            foreach (var request in test.GetProperty("requests").EnumerateArray())
            {
                count++;
                if (Difference(request, policies, entities) is { } difference)
                {
                    failures.Add($"{Path.GetFileName(path)}, {request.GetProperty("description").GetString()}: {difference}");
                }
            }

            return count;
        }
        catch (FormatException exception)
        {
            failures.Add($"{Path.GetFileName(path)}: {exception.Message}");
            return 0;
        }
    }

    // The sample data writes these references without escapes and leaves it to its schema to say what they are.
    private static readonly Dictionary<string, ValueShape> SampleReferences = new()
    {
        ["account"] = ValueShape.Entity,
        ["owner"] = ValueShape.Entity,
        ["admins"] = ValueShape.Set(ValueShape.Entity),
    };

    private static EntityShape? ShapeOf(string entityType) =>
        entityType is "Photo" or "Album" or "Account" or "AccountGroup" ? new(ValueShape.Record(SampleReferences), null) : null;

    private static string Read(JsonElement test, string property) =>
        File.ReadAllText(Path.Combine(ConformanceData.Root!, test.GetProperty(property).GetString()!));

    private static string? Difference(JsonElement request, PolicySet policies, EntityStore entities)
    {
        var response = Engines.Authorize(
            new(Uid(request, "principal"), Uid(request, "action"), Uid(request, "resource"), CedarRecord.ParseJson(request.GetProperty("context").GetRawText())),
            policies,
            entities);
        var expected = $"{request.GetProperty("decision").GetString()} by [{Ids(request, "reason")}], errors in [{Ids(request, "errors")}]";
        var actual = $"{(response.Decision == CedarDecision.Allow ? "allow" : "deny")} by [{Join(response.Reasons)}], errors in [{Join(response.Errors.Select(error => error.PolicyId))}]";
        return expected == actual ? null : $"expected {expected}, got {actual} {string.Join("; ", response.Errors)}";
    }

    // Text, JSON and back: the same policies.
    private static string? RoundTripDifference(PolicySet policies)
    {
        var text = policies.ToString();
        return PolicySet.Parse(text).ToString() != text ? $"printed as another policy: {text}"
            : PolicySet.ParseJson(policies.ToJson()).ToString() != text ? $"changed by JSON: {text}"
            : null;
    }

    private static EntityUid Uid(JsonElement request, string property)
    {
        var uid = request.GetProperty(property);
        return new(uid.GetProperty("type").GetString()!, uid.GetProperty("id").GetString()!);
    }

    private static string Ids(JsonElement request, string property) => Join(request.GetProperty(property).EnumerateArray().Select(id => id.GetString()!));

    private static string Join(IEnumerable<string> ids) => string.Join(", ", ids.Order(StringComparer.Ordinal));
}
