using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>SHA-256 over everything a descriptor declares, so that what was approved under one declaration does not hold under another.</summary>
internal static class ToolDescriptorDigest
{
    internal static string Of(ToolDescriptor tool)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", tool.Name);
            writer.WriteString("action", tool.Action.ToString());
            writer.WriteString("apart", tool.Apart?.Descriptor.Digest);
            WriteSorted(writer, "groups", tool.ActionGroups.Select(static g => g.ToString()));
            writer.WriteString("risk", tool.Risk.Name());
            writer.WriteString("label", tool.ResultLabel.ToString());
            writer.WriteString("effect", tool.Effect.ToString());
            writer.WriteString("kind", tool.ResultKind);
            writer.WriteString("service", tool.Service);
            writer.WriteString("audience", tool.Audience?.Name());
            writer.WriteString("usual", FormattableString.Invariant($"{tool.UsualResult}/{tool.UsualAmount?.Argument}/{tool.UsualAmount?.Amount}"));
            WriteSorted(writer, "members", tool.MemberRoles.Select(static m => $"{m.Key}/{m.Value.Role.Name()}/{m.Value.Kind}"));
            WriteSorted(writer, "fields", tool.ResultFields.Select(static f => $"{f.Path}/{f.Label}/{f.IsAssigned}"));
            WriteSorted(writer, "audited", tool.AuditedArguments.Select(static a => FormattableString.Invariant($"{a.Key}/{a.Value}")));
            writer.WriteString("credential", tool.Credential);
            writer.WriteString("containment", tool.Containment);
            writer.WriteBoolean("idempotent", tool.IsIdempotent);
            writer.WriteBoolean("undeclared", tool.AcceptsUndeclaredArguments);
            writer.WriteString("resource", $"{string.Join(',', tool.ResourceTypes)}/{(tool.MapResources is not null ? "mapped" : tool.ResourceArgument)}");
            writer.WriteStartArray("arguments");
            foreach (ArgumentDescriptor argument in tool.Arguments.Values.OrderBy(static a => a.Name, StringComparer.Ordinal))
            {
                writer.WriteStartArray();
                writer.WriteStringValue(argument.Name);
                writer.WriteStringValue(argument.Role.Name());
                writer.WriteBooleanValue(argument.MapsToString);
                writer.WriteBooleanValue(argument.IsHostOnly);
                writer.WriteStringValue(argument.Kind);
                WriteElement(writer, argument.Default);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("input");
            WriteElement(writer, tool.InputSchema);
            writer.WritePropertyName("derived");
            WriteElement(writer, tool.DerivedSchema);
            writer.WritePropertyName("output");
            WriteElement(writer, tool.OutputSchema);
            writer.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private static void WriteSorted(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteElement(Utf8JsonWriter writer, JsonElement? element)
    {
        if (element is { } value)
        {
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
