using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz.Extensions.AI;

/// <summary>Reads a model's answer. Whatever is not exactly as asked for is a <see cref="FormatException"/>: nothing is guessed or mended.</summary>
internal static class ProposalAnswer
{
    private const int MaxDepth = 8;
    private const int MaxGrants = 64;
    private const int MaxConstraints = 16;
    private const int MaxValues = 64;

    internal static MandateProposal Read(string answer, IReadOnlyCollection<ToolDescriptor> tools, bool grantReading)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                answer, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Read(document.RootElement, tools, grantReading);
        }
        catch (JsonException e)
        {
            throw new FormatException("The model's answer is no JSON, is nested too deep, or names a member twice.", e);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's answer is out of bounds: {e.Message}", e);
        }
    }

    private static MandateProposal Read(JsonElement root, IReadOnlyCollection<ToolDescriptor> tools, bool grantReading)
    {
        Only(root, "the answer", "rationale", "grants");
        string rationale = Text(root, "rationale");
        List<MandateGrant> grants = [];
        if (grantReading)
        {
            string[] reads = [.. tools.Where(static t => t.Effect == ToolEffect.Read).SelectMany(static t => t.Actions).Select(static a => a.Id).Distinct(StringComparer.Ordinal)];
            if (reads.Length > 0)
            {
                grants.Add(MandateGrant.Of(reads));
            }
        }

        foreach (JsonElement grant in List(root, "grants", MaxGrants))
        {
            grants.Add(Grant(grant, tools));
        }

        return MandateProposal.Of(rationale, [.. grants]);
    }

    private static MandateGrant Grant(JsonElement grant, IReadOnlyCollection<ToolDescriptor> tools)
    {
        Only(grant, "a grant", "action", "where");
        string action = Text(grant, "action");
        ToolDescriptor[] able = [.. tools.Where(t => t.Actions.Any(a => a.Id == action))];
        if (able.Length == 0)
        {
            throw new FormatException("The model's answer grants an action that no tool has.");
        }

        MandateGrant read = MandateGrant.Of(action);
        if (!grant.TryGetProperty("where", out _))
        {
            return read;
        }

        foreach (JsonElement constraint in List(grant, "where", MaxConstraints))
        {
            Only(constraint, "a constraint", "argument", "atMost", "oneOf");
            string argument = Text(constraint, "argument");
            if (!able.All(t => ShownArguments.Of(t).Contains(argument)))
            {
                throw new FormatException($"The model's answer bounds an argument that a tool of the action '{action}' does not have.");
            }

            read = read.Where(argument, Constraint(constraint, argument, able[0]));
        }

        return read;
    }

    private static ArgumentConstraint Constraint(JsonElement constraint, string argument, ToolDescriptor tool)
    {
        bool hasMost = constraint.TryGetProperty("atMost", out JsonElement most);
        bool hasValues = constraint.TryGetProperty("oneOf", out _);
        if (hasMost == hasValues)
        {
            throw new FormatException("A constraint in the model's answer has either atMost or oneOf.");
        }

        if (hasValues)
        {
            CedarValue[] values = [.. List(constraint, "oneOf", MaxValues).Select(static v => new CedarString(v.ValueKind == JsonValueKind.String
                ? v.GetString()! : throw new FormatException("The values of oneOf in the model's answer are not all text.")))];
            return ArgumentConstraint.OneOf(values);
        }

        bool isDecimal = ShownArguments.IsDecimal(tool, argument);
        if (most.ValueKind == JsonValueKind.Number && isDecimal && most.TryGetDecimal(out decimal number))
        {
            return ArgumentConstraint.AtMost(number);
        }

        return most.ValueKind == JsonValueKind.Number && !isDecimal && most.TryGetInt64(out long whole)
            ? ArgumentConstraint.AtMost(whole)
            : throw new FormatException($"The bound of '{argument}' in the model's answer is no number that policy can hold exactly.");
    }

    private static void Only(JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"In the model's answer, {what} is no object.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw new FormatException($"In the model's answer, {what} has a member that was not asked for.");
            }
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FormatException($"In the model's answer, '{name}' is missing or no text.");

    private static JsonElement.ArrayEnumerator List(JsonElement element, string name, int most) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most
            ? value.EnumerateArray()
            : throw new FormatException($"In the model's answer, '{name}' is missing, no list, or longer than {most}.");
}
