using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>Policies over a fixed world: validated in both modes and evaluated. Strict validation keeps what it promises.</summary>
internal sealed class DecisionTarget : IFuzzTarget
{
    private readonly Schema _schema;
    private readonly EntityStore _entities;
    private readonly CedarRequest[] _requests;

    public DecisionTarget(Schema schema, string entitiesJson)
    {
        _schema = schema;
        _entities = EntityStore.ParseJson(entitiesJson, schema);
        _requests =
        [
            Request("view", """{ "at": "2024-10-15T11:00:00Z", "from": "10.0.0.7", "note": "a*b" }"""),
            Request("view", """{ "at": "1969-12-31", "from": "::1/64" }"""),
            Request("share", """{ "with": [{ "type": "User", "id": "bob" }], "limit": 9223372036854775807 }"""),
        ];
        if (_requests.SelectMany(_schema.ValidateRequest).FirstOrDefault() is { } finding)
        {
            throw new InvalidOperationException($"The requests are not as they should be: {finding}");
        }
    }

    public string Name => "decisions";

    private CedarRequest Request(string action, string context)
    {
        EntityUid uid = new("Action", action);
        return new(new("User", "ann"), uid, new("Docs::Doc", "plan"), _schema.ParseContextJson(context, uid));
    }

    public string Run(byte[] input)
    {
        if (!PolicySet.TryParse(Encoding.UTF8.GetString(input), null, out var policies, out var diagnostics))
        {
            return Outcome.Of(diagnostics);
        }

        var strict = Validator.Validate(policies, _schema);
        var permissive = Validator.Validate(policies, _schema, ValidationMode.Permissive);
        Law.Holds(!strict.IsValid || permissive.IsValid, "Strict validation took what permissive validation refuses.");
        var outcome = new StringBuilder(string.Join(' ', strict.Errors.Concat(permissive.Errors).Select(error => error.Code).Distinct().Order(StringComparer.Ordinal)));
        foreach (var request in _requests)
        {
            var response = CedarAuthorizer.Authorize(request, policies, _entities);
            foreach (var error in response.Errors)
            {
                // Promised of valid policies: nothing fails but arithmetic, and access to entities that do not exist.
                Law.Holds(
                    !strict.IsValid || error.Message.Contains("overflow", StringComparison.Ordinal) || error.Message.Contains("does not exist", StringComparison.Ordinal),
                    $"A valid policy failed: {error}");
            }

            outcome.Append($" {response.Decision} {response.Errors.Count > 0}");
        }

        return outcome.ToString();
    }
}
