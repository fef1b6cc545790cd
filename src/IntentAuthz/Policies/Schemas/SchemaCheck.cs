using System.Globalization;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Holds policies against the schema, and words what is found for the one who mends it: not what Cedar calls it, but what to declare where.</summary>
internal static class SchemaCheck
{
    /// <summary>Checks a set. Errors are added to the problems; what is odd, to the warnings.</summary>
    internal static void Check(LoadedPolicies policies, PolicySchema schema, ValidationMode mode, List<string> problems, List<string> warnings)
    {
        ValidationResult result = Validator.Validate(policies.Set, schema.Schema, mode);

        // A policy that names what is not there applies to nothing, which need not be said once more.
        HashSet<string?> misnamed = [.. result.Errors.Where(static e => e.Code is "unknown-action" or "unknown-entity-type").Select(static e => e.PolicyId)];
        problems.AddRange(result.Errors
            .Where(finding => finding.Code != "inapplicable-action" || !misnamed.Contains(finding.PolicyId))
            .Select(finding => Describe(finding, "error", schema)));
        warnings.AddRange(result.Warnings.Select(finding => Describe(finding, "warning", schema)));
        warnings.AddRange(PermitOverlaps.In(policies, schema));
    }

    private static string Describe(ValidationFinding finding, string severity, PolicySchema schema)
    {
        string help = string.Join("; ", new[] { finding.Help, Fix(finding, schema) }.Where(static h => h is not null));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Span}: {severity}: {finding.Code}: {finding.Message} (policy '{finding.PolicyId}'{(help.Length > 0 ? "; " : "")}{help})");
    }

    private static string? Fix(ValidationFinding finding, PolicySchema schema)
    {
        if (finding.Code is "unexpected-type" or "incompatible-types" && finding.Message.Contains(RequestShape.Untyped, StringComparison.Ordinal))
        {
            return "no schema gives this argument one type: describe it in the tool's InputSchema, or let policies see its text with mapToString";
        }

        switch (finding.Code)
        {
            case "unknown-action":
                return "actions are those of the tools that are added with AddTool";
            case "unknown-entity-type":
                return "a host declares its own entity types with AddSchema";
            case "unknown-attribute" when schema.Undeclared.FirstOrDefault(type => finding.Message.StartsWith($"`{type}` has", StringComparison.Ordinal)) is { } type:
                return $"nothing declares what a {type} has: AddSchema(\"entity {type} = {{ … }};\")";
            default:
                return null;
        }
    }
}
