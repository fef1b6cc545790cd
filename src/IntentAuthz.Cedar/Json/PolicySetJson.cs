using System.Text.Json;

namespace IntentAuthz.Cedar.Json;

/// <summary>
/// Policy sets as JSON: <c>{"templates": {id: …}, "staticPolicies": {id: …}, "templateLinks": [{"templateId", "newId", "values"}]}</c>.
/// </summary>
internal static class PolicySetJson
{
    public static PolicySet Read(JsonSource source, JsonElement element)
    {
        var fields = source.Fields(element, "a policy set", ["templates", "staticPolicies", "templateLinks"], required: 3);
        var templates = new Dictionary<string, PolicyTemplate>(StringComparer.Ordinal);
        foreach (var (id, body) in source.At("templates", fields[0]!.Value, static (s, e) => s.Properties(e, "an object of templates")))
        {
            templates.Add(id, source.At("templates", body, (s, e) => s.At(id, e, (inner, json) => ReadTemplate(inner, json, id))));
        }

        var policies = new List<Policy>();
        foreach (var (id, body) in source.At("staticPolicies", fields[1]!.Value, static (s, e) => s.Properties(e, "an object of policies")))
        {
            policies.Add(source.At("staticPolicies", body, (s, e) => s.At(id, e, (inner, json) => ReadPolicy(inner, json, id))));
        }

        policies.AddRange(source.At("templateLinks", fields[2]!.Value, (s, e) => s.Items(e, "an array of links", (inner, link) => ReadLink(inner, link, templates))));
        try
        {
            return PolicySet.Create(policies, templates.Values);
        }
        catch (ArgumentException exception)
        {
            throw source.Error(exception.Message);
        }
    }

    public static Policy ReadPolicy(JsonSource source, JsonElement element, string id)
    {
        var body = PolicyJsonReader.Read(source, element);
        return body.HasSlots ? throw source.Error("expected a policy, found a template with slots") : new(NonEmpty(source, id), body);
    }

    public static PolicyTemplate ReadTemplate(JsonSource source, JsonElement element, string id)
    {
        var body = PolicyJsonReader.Read(source, element);
        return body.HasSlots ? new(NonEmpty(source, id), body) : throw source.Error("expected a template, found a policy without slots");
    }

    private static string NonEmpty(JsonSource source, string id) => id.Length > 0 ? id : throw source.Error("an id is empty");

    private static Policy ReadLink(JsonSource source, JsonElement element, Dictionary<string, PolicyTemplate> templates)
    {
        var fields = source.Fields(element, "a link", ["templateId", "newId", "values"], required: 3);
        var templateId = source.At("templateId", fields[0]!.Value, static (s, e) => s.String(e, "a string"));
        var newId = source.At("newId", fields[1]!.Value, static (s, e) => s.String(e, "a string"));
        EntityUid? principal = null;
        EntityUid? resource = null;
        foreach (var (slot, value) in source.At("values", fields[2]!.Value, static (s, e) => s.Properties(e, "an object of slots")))
        {
            var uid = source.At(slot, value, ValueJsonReader.ReadReference);
            switch (slot)
            {
                case "?principal":
                    principal = uid;
                    break;
                case "?resource":
                    resource = uid;
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(slot)}` is not a slot");
            }
        }

        if (!templates.TryGetValue(templateId, out var template))
        {
            throw source.Error($"there is no template `{CedarText.Shorten(templateId)}`");
        }

        try
        {
            return template.Link(NonEmpty(source, newId), principal, resource);
        }
        catch (ArgumentException exception)
        {
            throw source.Error(exception.Message);
        }
    }

    public static void Write(Utf8JsonWriter writer, PolicySet policies)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("templates");
        foreach (var template in policies.Templates)
        {
            writer.WritePropertyName(template.Id);
            PolicyJsonWriter.Write(writer, template.Body, template.Principal, template.Resource);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("staticPolicies");
        foreach (var policy in policies.Policies.Where(policy => !IsLink(policies, policy)))
        {
            writer.WritePropertyName(policy.Id);
            PolicyJsonWriter.Write(writer, policy.Body, policy.Principal, policy.Resource);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("templateLinks");
        foreach (var policy in policies.Policies.Where(policy => IsLink(policies, policy)))
        {
            WriteLink(writer, policy);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // A link whose template is not in the set is written as the policy it amounts to.
    private static bool IsLink(PolicySet policies, Policy policy) =>
        policy.TemplateId is { } id && policies.FindTemplate(id) is { } template && ReferenceEquals(template.Body, policy.Body);

    private static void WriteLink(Utf8JsonWriter writer, Policy policy)
    {
        writer.WriteStartObject();
        writer.WriteString("templateId", policy.TemplateId);
        writer.WriteString("newId", policy.Id);
        writer.WriteStartObject("values");
        WriteSlot(writer, "?principal", policy.Body.Principal, policy.Principal);
        WriteSlot(writer, "?resource", policy.Body.Resource, policy.Resource);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSlot(Utf8JsonWriter writer, string slot, ScopeConstraint template, ScopeConstraint linked)
    {
        if (template.HasSlot)
        {
            writer.WritePropertyName(slot);
            ValueJsonWriter.WriteTypeAndId(writer, linked.EntityArray[0]);
        }
    }
}
