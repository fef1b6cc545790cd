using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using IntentAuthz.Cedar.Differential.Generation;
using IntentAuthz.Cedar.Differential.Reference;
using IntentAuthz.Cli.Corpus;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>Gives our answers on a case, and the questions that give the reference's.</summary>
internal sealed class CaseExamination
{
    private const string Accepted = "accepted";
    private const string Refused = "refused";

    private readonly DifferentialCase _case;
    private readonly List<Question> _questions = [];

    // The schema as the reference gets it: text as a JSON string, or the JSON form.
    private string _schema;
    private readonly string _entitiesJson;

    private CaseExamination(DifferentialCase @case)
    {
        _case = @case;
        _schema = JsonSerializer.Serialize(@case.Schema);
        _entitiesJson = $"[{string.Join(",", @case.Entities.Select(entity => entity.Json))}]";
    }

    public static IReadOnlyList<Question> Of(DifferentialCase @case)
    {
        var examination = new CaseExamination(@case);
        examination.Examine();
        return examination._questions;
    }

    private void Ask(string kind, string about, string function, string argument, string ours, Func<JsonElement, string> read) =>
        _questions.Add(new(kind, about, new(function, argument), ours, read));

    private void Examine()
    {
        var schema = AskSchema();
        AskPolicies(out var policies, out var policiesJson);
        if (policies is not null)
        {
            Ask("policy set", "", "preparsePolicySet", policiesJson, Accepted, Acceptance);
        }

        if (schema is not null)
        {
            AskEntities(schema);
            if (policies is not null)
            {
                AskValidation(policies, policiesJson, schema);
            }
        }

        if (policies is not null)
        {
            AskDecisions(policies, schema);
        }
    }

    private static string Acceptance(JsonElement answer) => Succeeded(answer) ? Accepted : Refused;

    private static bool Succeeded(JsonElement answer) => answer.GetProperty("type").GetString() == "success";

    private Schema? AskSchema()
    {
        // Reading schemas is most of what the reference does, and it reads JSON three times as fast as text. So that the other
        // questions can be asked of more cases, a part of them says enough about text, and about writing.
        if (!Schema.TryParseCedar(_case.Schema, null, out var schema, out _))
        {
            Ask("schema", "", "checkParseSchema", _schema, Refused, Acceptance);
            return null;
        }

        if (_case.Seed % 4 == 0)
        {
            var ours = NormalJson.OfSchema(schema.ToJson());
            Ask("schema as JSON", "", "schemaToJson", _schema, ours, Json);
            Ask("our text of the schema", "", "schemaToJson", JsonSerializer.Serialize(schema.ToCedar()), ours, Json);
        }
        else
        {
            _schema = schema.ToJson();
        }

        Ask("schema", "", "preparseSchema", _schema, Accepted, Acceptance);
        return schema;

        static string Json(JsonElement answer) => Succeeded(answer) ? NormalJson.OfSchema(answer.GetProperty("json").GetRawText()) : Refused;
    }

    // The set has those policies that we accept; on each it is asked whether the reference does. Null if a link does not fit.
    private void AskPolicies(out PolicySet? set, out string json)
    {
        var (statics, templates, policies) = (new List<CaseMember>(), new List<CaseMember>(), new List<Policy>());
        var parsedTemplates = new List<PolicyTemplate>();
        foreach (var policy in _case.Policies)
        {
            if (!TryParse(policy.Text, out var one))
            {
                Ask("policy", policy.Id, "policyToJson", JsonSerializer.Serialize(policy.Text), Refused, Acceptance);
                Ask("policy, as a template", policy.Id, "templateToJson", JsonSerializer.Serialize(policy.Text), Refused, Acceptance);
                continue;
            }

            var parsed = one;
            var isTemplate = parsed.Templates.Count == 1;
            var ours = isTemplate ? parsed.Templates[0].ToJson() : parsed.Policies[0].ToJson();
            var (kind, toJson, toText) = isTemplate ? ("template", "templateToJson", "templateToText") : ("policy", "policyToJson", "policyToText");
            var form = JsonSerializer.Serialize(policy.Text);
            Ask(kind, policy.Id, toJson, form, NormalJson.OfPolicy(ours), Json);
            if (policy.AsJson)
            {
                form = LiteralFolding.Fold(ours);
                parsed = isTemplate
                    ? PolicySet.Create([], [PolicyTemplate.ParseJson(policy.Id, form)])
                    : PolicySet.Create([Policy.ParseJson(policy.Id, form)]);
                ours = isTemplate ? parsed.Templates[0].ToJson() : parsed.Policies[0].ToJson();
                Ask($"{kind} in JSON", policy.Id, toJson, form, Accepted, Acceptance);
            }

            // What the reference prints, we read as the same policy, and the other way round.
            if (_case.Seed % 4 < 2)
            {
                Ask($"text of the {kind}", policy.Id, toText, form, NormalJson.OfPolicy(ours), JsonOfText);
                Ask($"our text of the {kind}", policy.Id, toJson, JsonSerializer.Serialize(parsed.ToString()), NormalJson.OfPolicy(ours), Json);
            }

            policies.AddRange(parsed.Policies.Select(each => each.WithId(policy.Id)));
            parsedTemplates.AddRange(parsed.Templates.Select(each => each.WithId(policy.Id)));
            (isTemplate ? templates : statics).Add(new(policy.Id, form));
        }

        json = $$"""{"staticPolicies":{{CaseMember.Object(statics)}},"templates":{{CaseMember.Object(templates)}},"templateLinks":[{{string.Join(",", _case.Links.Where(link => parsedTemplates.Exists(template => template.Id == link.TemplateId)).Select(LinkJson))}}]}""";
        set = Link(PolicySet.Create(policies, parsedTemplates));
        if (set is null)
        {
            Ask("policy set", "", "checkParsePolicySet", json, Refused, Acceptance);
        }

        static string Json(JsonElement answer) => Succeeded(answer) ? NormalJson.OfPolicy(answer.GetProperty("json").GetRawText()) : Refused;
    }

    private static string JsonOfText(JsonElement answer) => !Succeeded(answer) ? Refused
        : !TryParse(answer.GetProperty("text").GetString()!, out var set) ? $"text that we refuse: {answer.GetProperty("text").GetString()}"
        : NormalJson.OfPolicy(set.Templates.Count == 1 ? set.Templates[0].ToJson() : set.Policies[0].ToJson());

    private static bool TryParse(string text, [NotNullWhen(true)] out PolicySet? one) =>
        PolicySet.TryParse(text, null, out one, out _) && one.Policies.Count + one.Templates.Count == 1;

    private static string LinkJson(CaseLink link)
    {
        var values = new List<CaseMember>();
        if (link.Principal is { } principal)
        {
            values.Add(new("?principal", principal.Json));
        }

        if (link.Resource is { } resource)
        {
            values.Add(new("?resource", resource.Json));
        }

        return $$"""{"templateId":{{JsonSerializer.Serialize(link.TemplateId)}},"newId":{{JsonSerializer.Serialize(link.Id)}},"values":{{CaseMember.Object(values)}}}""";
    }

    private PolicySet? Link(PolicySet set)
    {
        try
        {
            foreach (var link in _case.Links.Where(link => set.FindTemplate(link.TemplateId) is not null))
            {
                set = set.Link(link.TemplateId, link.Id, link.Principal?.ToEntityUid(), link.Resource?.ToEntityUid());
            }

            return set;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private void AskValidation(PolicySet policies, string policiesJson, Schema schema)
    {
        var result = Validator.Validate(policies, schema);
        var impossible = result.Warnings.Where(warning => warning.Code == "impossible-policy");
        Ask(
            "strict validation",
            "",
            "validate",
            $$"""{"schema":{{_schema}},"policies":{{policiesJson}}}""",
            $"errors in [{Listed(result.Errors.Select(error => error.PolicyId!))}], impossible [{Listed(impossible.Select(warning => warning.PolicyId!))}]",
            answer => !Succeeded(answer) ? Refused
                : $"errors in [{Listed(Ids(answer.GetProperty("validationErrors")))}], impossible [{Listed(Ids(answer.GetProperty("validationWarnings"), "policy is impossible"))}]");
    }

    private static IEnumerable<string> Ids(JsonElement findings, string message = "") => findings.EnumerateArray()
        .Where(finding => finding.GetProperty("error").GetProperty("message").GetString()!.Contains(message, StringComparison.Ordinal))
        .Select(finding => finding.GetProperty("policyId").GetString()!);

    private static string Listed(IEnumerable<string> ids) => string.Join(", ", ids.Distinct().Order(StringComparer.Ordinal));

    private void AskEntities(Schema schema)
    {
        Ask("entities", "", "checkParseEntities", $$"""{"entities":{{_entitiesJson}}}""", Entities(null) is null ? Refused : Accepted, Acceptance);
        Ask("entities with the schema", "", "checkParseEntities", $$"""{"entities":{{_entitiesJson}},"schema":{{_schema}}}""", Entities(schema) is null ? Refused : Accepted, Acceptance);
    }

    private EntityStore? Entities(Schema? schema)
    {
        try
        {
            return schema is null ? EntityStore.ParseJson(_entitiesJson) : EntityStore.ParseJson(_entitiesJson, schema);
        }
        catch (CedarJsonException)
        {
            return null;
        }
    }

    private void AskDecisions(PolicySet policies, Schema? schema)
    {
        var engines = CorpusEngines.All.Select(engine => (engine.Name, Authorize: engine.Load(policies))).ToList();
        foreach (var isChecked in schema is null ? [false] : (bool[])[true, false])
        {
            var entities = Entities(isChecked ? schema : null);
            foreach (var request in _case.Requests)
            {
                Ask(
                    isChecked ? "decision with the schema" : "decision",
                    $"on {request.Principal}, {request.Action}, {request.Resource}",
                    "statefulIsAuthorized",
                    $$"""{"principal":{{request.Principal.Json}},"action":{{request.Action.Json}},"resource":{{request.Resource.Json}},"context":{{CaseMember.Object(request.Context)}},{{(isChecked ? "\"preparsedSchemaName\":\"it\",\"validateRequest\":true," : "")}}"preparsedPolicySetId":"it","entities":{{_entitiesJson}}}""",
                    Decide(request, isChecked ? schema : null, entities),
                    answer => Succeeded(answer) ? Described(answer.GetProperty("response")) : Refused);
            }
        }

        string Decide(CaseRequest request, Schema? schema, EntityStore? entities)
        {
            if (entities is null || Read(request, schema) is not { } read || schema?.ValidateRequest(read).Count > 0)
            {
                return Refused;
            }

            var answers = engines.Select(engine => Described(engine.Authorize(read, entities))).ToList();
            return answers.TrueForAll(answer => answer == answers[0]) ? answers[0] : string.Join(" / ", engines.Select((engine, i) => $"{engine.Name}: {answers[i]}"));
        }
    }

    private static CedarRequest? Read(CaseRequest request, Schema? schema)
    {
        try
        {
            var action = request.Action.ToEntityUid();
            var json = CaseMember.Object(request.Context);
            return new(request.Principal.ToEntityUid(), action, request.Resource.ToEntityUid(), schema is null ? CedarRecord.ParseJson(json) : schema.ParseContextJson(json, action));
        }
        catch (CedarJsonException)
        {
            return null;
        }
    }

    private static string Described(CedarResponse response) =>
        $"{(response.Decision == CedarDecision.Allow ? "allow" : "deny")} by [{Listed(response.Reasons)}], errors [{Listed(response.Errors.Select(error => $"{error.PolicyId}: {error.Message}"))}]";

    private static string Described(JsonElement response)
    {
        var diagnostics = response.GetProperty("diagnostics");
        var errors = diagnostics.GetProperty("errors").EnumerateArray().Select(error =>
        {
            var id = error.GetProperty("policyId").GetString()!;
            var message = error.GetProperty("error").GetProperty("message").GetString()!;
            return $"{id}: {message.Replace($"error while evaluating policy `{id}`: ", "", StringComparison.Ordinal)}";
        });
        return $"{response.GetProperty("decision").GetString()} by [{Listed(diagnostics.GetProperty("reason").EnumerateArray().Select(id => id.GetString()!))}], errors [{Listed(errors)}]";
    }
}
