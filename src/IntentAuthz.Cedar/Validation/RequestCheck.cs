using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Checks that a request is one the schema allows: its action, the types of principal and resource, its context.</summary>
internal static class RequestCheck
{
    public static List<ValidationFinding> Check(CedarRequest request, SchemaContent schema)
    {
        var findings = new List<ValidationFinding>();
        var values = new ValueCheck(schema, findings);
        CheckEntity(request.Principal.Uid, "principal", FindingCodes.UndeclaredPrincipal);
        CheckEntity(request.Resource.Uid, "resource", FindingCodes.UndeclaredResource);
        if (!schema.Actions.TryGetValue(request.Action.Uid, out var action))
        {
            var id = request.Action.Uid.Id;
            findings.Add(new(FindingCodes.UnknownAction, $"the action `{CedarText.Shorten(request.Action.Uid.ToString())}` is not declared",
                Help: Spelling.Suggest(id, schema.Actions.Keys.Take(5_000).Select(uid => uid.Id))));
            return findings;
        }

        CheckApplies(request.Principal.Uid.Type, action.Principals, "principal", FindingCodes.InvalidPrincipal);
        CheckApplies(request.Resource.Uid.Type, action.Resources, "resource", FindingCodes.InvalidResource);
        values.Check(request.Context, action.Context, "context");
        return findings;

        void CheckEntity(EntityUid uid, string what, string code)
        {
            if (schema.EntityTypes.ContainsKey(uid.Type))
            {
                values.CheckEntity(uid, $"the {what}");
            }
            else
            {
                findings.Add(new(code, $"the {what} is of the type `{CedarText.Shorten(uid.Type)}`, which is not declared", Help: Spelling.Suggest(uid.Type, schema.EntityTypes.Keys.Take(5_000))));
            }
        }

        void CheckApplies(string type, IReadOnlyList<string> allowed, string what, string code)
        {
            if (!allowed.Contains(type))
            {
                findings.Add(new(code, $"the {what} of `{CedarText.Shorten(action.Uid.ToString())}` cannot be of the type `{CedarText.Shorten(type)}`",
                    Help: allowed.Count == 0 ? "the action applies to nothing; it is a group" : $"it can be {string.Join(", ", allowed.Take(10).Select(name => $"`{name}`"))}"));
            }
        }
    }
}
