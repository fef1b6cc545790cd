using System.Text.Json;
using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Reads a test and the files it names.</summary>
internal static class CorpusTestReader
{
    /// <summary>The test at a path, or null if the file is something else, such as sample data.</summary>
    /// <exception cref="FormatException">It is a test, but it, or a file it names, cannot be read.</exception>
    public static CorpusTest? Read(string path)
    {
        using var document = TestJson.Parse(path);
        var test = document.RootElement;
        if (!IsTest(path, test))
        {
            return null;
        }

        if (TestJson.Required(test, "requests").ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("`requests` is not an array");
        }

        var policiesPath = Named("policies");
        var policies = IsJson(policiesPath) ? PolicySet.ParseJson(File.ReadAllText(policiesPath)) : PolicySet.Parse(File.ReadAllText(policiesPath), Path.GetFileName(policiesPath));
        return new(
            policies,
            File.ReadAllText(Named("entities")),
            TestJson.Optional(test, "schema") is null ? [] : ReadSchemas(Named("schema")),
            TestJson.OptionalBool(test, "shouldValidate"),
            [.. TestJson.Items(test, "requests").Select((request, index) => ReadRequest(request, index, policies))],
            ReadVerdicts(path, policiesPath, policies));

        string Named(string property) => TestFiles.Resolve(path, TestJson.Text(TestJson.Required(test, property), property));
    }

    // An object with what only a test has, or one that has its policies beside it, however broken it is.
    private static bool IsTest(string path, JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("requests", out _) || root.TryGetProperty("shouldValidate", out _))
        || File.Exists(Path.ChangeExtension(path, ".cedar"));

    private static bool IsJson(string path) => path.EndsWith(".json", StringComparison.Ordinal);

    private static List<SchemaForm> ReadSchemas(string path)
    {
        if (IsJson(path))
        {
            return [InJson(path)];
        }

        var text = new SchemaForm("schema text", Schema.ParseCedar(File.ReadAllText(path), Path.GetFileName(path)));
        return File.Exists(path + ".json") ? [text, InJson(path + ".json")] : [text];

        static SchemaForm InJson(string path) => new("schema JSON", Schema.ParseJson(File.ReadAllText(path), Path.GetFileName(path)));
    }

    private static RecordedRequest ReadRequest(JsonElement request, int index, PolicySet policies)
    {
        var description = TestJson.Optional(request, "description") is { } given ? TestJson.Text(given, "description") : $"request {index}";
        var decision = TestJson.Text(TestJson.Required(request, "decision"), "decision");
        return new(
            description,
            Uid("principal"),
            Uid("action"),
            Uid("resource"),
            TestJson.Optional(request, "context")?.GetRawText() ?? "{}",
            TestJson.OptionalBool(request, "validateRequest") ?? true,
            string.Equals(decision, "allow", StringComparison.OrdinalIgnoreCase) ? CedarDecision.Allow
                : string.Equals(decision, "deny", StringComparison.OrdinalIgnoreCase) ? CedarDecision.Deny
                : throw new FormatException($"`decision` of {description} is `{decision}`, neither allow nor deny"),
            Ids("reason"),
            Ids("errors"));

        EntityUid Uid(string property)
        {
            var uid = TestJson.Required(request, property);
            var type = TestJson.Text(TestJson.Required(uid, "type"), $"{property}.type");
            var id = TestJson.Text(TestJson.Required(uid, "id"), $"{property}.id");
            try
            {
                return new(type, id);
            }
            catch (ArgumentException exception)
            {
                throw new FormatException($"`{property}` of {description}: {exception.Message}", exception);
            }
        }

        IReadOnlyList<string> Ids(string property) =>
            [.. TestJson.Items(request, property).Select(id => PolicyNames.IdOf(TestJson.Text(id, property), policies)).Order(StringComparer.Ordinal)];
    }

    // They lie beside the test or, the handwritten tests having other names than their policies, beside the policies.
    private static RecordedVerdicts? ReadVerdicts(string testPath, string policiesPath, PolicySet policies)
    {
        var path = Path.ChangeExtension(testPath, ".validation.json");
        path = File.Exists(path) ? path : Path.ChangeExtension(policiesPath, ".validation.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = TestJson.Parse(path);
        var policyValidation = TestJson.Optional(document.RootElement, "policyValidation");
        return new(
            policyValidation is null ? default : Verdict(policyValidation.Value),
            TestJson.Members(policyValidation, "perPolicy").ToDictionary(policy => PolicyNames.IdOf(policy.Name, policies), policy => Verdict(policy.Value)),
            ReadEntities(TestJson.Optional(document.RootElement, "entityValidation")),
            [.. TestJson.Items(document.RootElement, "requestValidation").Select(Verdict)]);
    }

    // Without quotes two entities can have one name: A::"B::x" and A::B::"x".
    private static Dictionary<string, bool> ReadEntities(JsonElement? entityValidation)
    {
        var conforms = new Dictionary<string, bool>();
        foreach (var entity in TestJson.Members(entityValidation, "perEntity"))
        {
            conforms[entity.Name] = Conforms(entity.Value) && conforms.GetValueOrDefault(entity.Name, true);
        }

        return conforms;
    }

    private static ModeVerdict Verdict(JsonElement element) => new(TestJson.OptionalBool(element, "strict"), TestJson.OptionalBool(element, "permissive"));

    // An entity that conforms has nothing said of it. Whatever is said, unless it is a yes or an empty list, is an error.
    private static bool Conforms(JsonElement verdict) => verdict.ValueKind switch
    {
        JsonValueKind.Object => verdict.EnumerateObject().All(member => Conforms(member.Value)),
        JsonValueKind.Array => verdict.GetArrayLength() == 0,
        JsonValueKind.True or JsonValueKind.Null => true,
        _ => false,
    };
}
