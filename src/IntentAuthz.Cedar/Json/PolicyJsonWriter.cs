using System.Text.Json;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Json;

/// <summary>Writes one policy or template as policy JSON.</summary>
internal static class PolicyJsonWriter
{
    public static void Write(Utf8JsonWriter writer, PolicyBody body, ScopeConstraint principal, ScopeConstraint resource)
    {
        writer.WriteStartObject();
        writer.WriteString("effect", body.Effect == PolicyEffect.Permit ? "permit" : "forbid");
        WriteConstraint(writer, "principal", principal);
        WriteConstraint(writer, "action", body.Action);
        WriteConstraint(writer, "resource", resource);
        writer.WriteStartArray("conditions");
        foreach (var condition in body.Conditions)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", condition.IsWhen ? "when" : "unless");
            writer.WritePropertyName("body");
            ExpressionJsonWriter.Write(writer, condition.Body);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteAnnotations(writer, body);
        writer.WriteEndObject();
    }

    private static void WriteAnnotations(Utf8JsonWriter writer, PolicyBody body)
    {
        if (body.Annotations.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("annotations");
        foreach (var annotation in body.Annotations)
        {
            // Null keeps a bare annotation apart from an empty value.
            writer.WriteString(annotation.Name, annotation.HasValue ? annotation.Value : null);
        }

        writer.WriteEndObject();
    }

    private static void WriteConstraint(Utf8JsonWriter writer, string variable, ScopeConstraint constraint)
    {
        writer.WriteStartObject(variable);
        writer.WriteString("op", constraint.Kind switch
        {
            ScopeKind.Any => "All",
            ScopeKind.Equal => "==",
            ScopeKind.Is or ScopeKind.IsIn => "is",
            _ => "in",
        });
        switch (constraint.Kind)
        {
            case ScopeKind.Equal or ScopeKind.In:
                WriteOperand(writer, variable, constraint);
                break;
            case ScopeKind.InSet:
                writer.WriteStartArray("entities");
                foreach (var entity in constraint.EntityArray)
                {
                    ValueJsonWriter.WriteTypeAndId(writer, entity);
                }

                writer.WriteEndArray();
                break;
            case ScopeKind.Is or ScopeKind.IsIn:
                writer.WriteString("entity_type", constraint.EntityType);
                if (constraint.Kind == ScopeKind.IsIn)
                {
                    writer.WriteStartObject("in");
                    WriteOperand(writer, variable, constraint);
                    writer.WriteEndObject();
                }

                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteOperand(Utf8JsonWriter writer, string variable, ScopeConstraint constraint)
    {
        if (constraint.HasSlot)
        {
            writer.WriteString("slot", $"?{variable}");
        }
        else
        {
            writer.WritePropertyName("entity");
            ValueJsonWriter.WriteTypeAndId(writer, constraint.EntityArray[0]);
        }
    }
}
