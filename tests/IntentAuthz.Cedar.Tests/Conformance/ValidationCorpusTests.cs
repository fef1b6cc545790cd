using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cedar.Tests.Schemas;
using Xunit.Abstractions;

namespace IntentAuthz.Cedar.Tests.Conformance;

/// <summary>What the reference says of schemas, policies, entities and requests: all of it must be said alike.</summary>
public sealed class ValidationCorpusTests(ITestOutputHelper output)
{
    private static readonly string[] Folders = ["corpus-tests", "tests"];

    [ConformanceFact]
    public void Every_schema_means_the_same_in_both_forms_and_after_writing_it() => RunAll((test, report) =>
    {
        var text = ReadSchema(test);
        var inText = Schema.ParseCedar(text);
        var expected = SchemaDescription.Of(inText);
        var jsonPath = Path.Combine(ConformanceData.Root!, test.GetProperty("schema").GetString()! + ".json");
        var inJson = Schema.ParseJson(File.Exists(jsonPath) ? File.ReadAllText(jsonPath) : inText.ToJson());
        Compare("the JSON form", SchemaDescription.Of(inJson));
        Compare("text written as JSON", SchemaDescription.Of(Schema.ParseJson(inText.ToJson())));
        Compare("text written as text", SchemaDescription.Of(Schema.ParseCedar(inText.ToCedar()!)));
        Compare("JSON written as JSON", SchemaDescription.Of(Schema.ParseJson(inJson.ToJson())));
        if (inJson.ToCedar() is { } written)
        {
            Compare("JSON written as text", SchemaDescription.Of(Schema.ParseCedar(written)));
        }

        void Compare(string what, string actual)
        {
            if (actual != expected)
            {
                report($"{what} differs");
            }
        }
    });

    [ConformanceFact]
    public void Every_policy_gets_the_verdict_of_the_reference_in_both_modes() => RunAll((test, report) =>
    {
        var schema = Schema.ParseCedar(ReadSchema(test));
        var policies = PolicySet.Parse(Read(test, "policies"));
        var strict = Validator.Validate(policies, schema);
        Check("strict", strict, test.GetProperty("shouldValidate").GetBoolean());
        if (ReadVerdicts(test) is not { } verdicts)
        {
            return;
        }

        var expected = verdicts.RootElement.GetProperty("policyValidation");
        var permissive = Validator.Validate(policies, schema, ValidationMode.Permissive);
        Check("strict", strict, expected.GetProperty("strict").GetBoolean());
        Check("permissive", permissive, expected.GetProperty("permissive").GetBoolean());
        foreach (var policy in expected.GetProperty("perPolicy").EnumerateObject())
        {
            CheckPolicy(policy.Name, "strict", strict, policy.Value);
            CheckPolicy(policy.Name, "permissive", permissive, policy.Value);
        }

        void Check(string mode, ValidationResult result, bool isValid)
        {
            if (result.IsValid != isValid)
            {
                report($"{mode}: expected {(isValid ? "no errors" : "errors")}, got [{string.Join("; ", result.Errors.Take(3))}]");
            }
        }

        void CheckPolicy(string id, string mode, ValidationResult result, JsonElement verdict)
        {
            var isValid = result.Errors.All(error => error.PolicyId != id);
            if (isValid != verdict.GetProperty(mode).GetBoolean())
            {
                report($"{mode}: {id} is {(isValid ? "valid" : "invalid")}, the reference says otherwise");
            }
        }
    });

    [ConformanceFact]
    public void Every_request_and_every_entity_conforms_where_the_reference_says_so() => RunAll((test, report) =>
    {
        var schema = Schema.ParseCedar(ReadSchema(test));
        foreach (var request in test.GetProperty("requests").EnumerateArray())
        {
            var action = Uid(request, "action");
            var context = schema.ParseContextJson(request.GetProperty("context").GetRawText(), action);
            var findings = schema.ValidateRequest(new(Uid(request, "principal"), action, Uid(request, "resource"), context));
            // The handwritten tests say nothing of it, which means yes.
            var isValid = !request.TryGetProperty("validateRequest", out var verdict) || verdict.GetBoolean();
            if ((findings.Count == 0) != isValid)
            {
                report($"{request.GetProperty("description").GetString()}: {string.Join("; ", findings)}");
            }
        }

        var entities = EntityStore.ParseJson(Read(test, "entities"), schema);
        if (entities.Entities.FirstOrDefault(entity => schema.ValidateEntity(entity).Count > 0) is { } wrong)
        {
            report($"{wrong}: {string.Join("; ", schema.ValidateEntity(wrong))}");
        }

        using var verdicts = ReadVerdicts(test);
        var unknown = verdicts?.RootElement.GetProperty("entityValidation").GetProperty("perEntity").EnumerateObject().Where(entity => entity.Value.EnumerateObject().Any()).ToList();
        if (unknown is { Count: > 0 })
        {
            report($"the reference refuses {unknown[0].Name}, which was accepted");
        }
    });

    private void RunAll(Action<JsonElement, Action<string>> run)
    {
        var tests = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(ConformanceData.Root!, folder), "*.json", SearchOption.AllDirectories))
            .Where(path => !Path.GetFileNameWithoutExtension(path).Contains('.', StringComparison.Ordinal))
            .ToList();
        Assert.True(tests.Count >= 1000, $"Only {tests.Count} tests; the archive is not what it should be.");
        var failures = new ConcurrentQueue<string>();
        Parallel.ForEach(tests, path =>
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            try
            {
                run(document.RootElement, failure => failures.Enqueue($"{Path.GetFileName(path)}: {failure}"));
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException)
            {
                failures.Enqueue($"{Path.GetFileName(path)}: {exception.Message}");
            }
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tests.Count} tests, {failures.Count} failures"));
        Assert.True(failures.IsEmpty, $"{failures.Count} failures:{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(20))}");
    }

    private static string ReadSchema(JsonElement test) => Read(test, "schema");

    private static string Read(JsonElement test, string property) => File.ReadAllText(Path.Combine(ConformanceData.Root!, test.GetProperty(property).GetString()!));

    // <hash>.cedar has its verdicts in <hash>.validation.json; a few tests have none.
    private static JsonDocument? ReadVerdicts(JsonElement test)
    {
        var path = Path.ChangeExtension(Path.Combine(ConformanceData.Root!, test.GetProperty("policies").GetString()!), ".validation.json");
        return File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
    }

    private static EntityUid Uid(JsonElement request, string property)
    {
        var uid = request.GetProperty(property);
        return new(uid.GetProperty("type").GetString()!, uid.GetProperty("id").GetString()!);
    }
}
