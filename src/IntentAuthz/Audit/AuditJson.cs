using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>The JSON form of a record: members without a value are left out, times are ISO 8601 in UTC.</summary>
internal static class AuditJson
{
    internal static void Write(IBufferWriter<byte> destination, AuditRecord record)
    {
        using Utf8JsonWriter writer = new(destination);
        writer.WriteStartObject();
        writer.WriteNumber("schema", 1);
        writer.WriteString("kind", record.Kind switch
        {
            AuditKind.Decision => "decision",
            AuditKind.Outcome => "outcome",
            AuditKind.Administration => "administration",
            AuditKind.Lease => "lease",
            AuditKind.Signal => "signal",
            _ => "task",
        });
        writer.WriteString("time", record.Time.UtcDateTime);
        Text(writer, "tenant", record.Tenant?.Value);
        if (record.Subject is { } subject)
        {
            writer.WriteString("task", subject.Task.Value);
            writer.WriteString("purpose", subject.Purpose);
            writer.WriteString("agent", subject.Agent.Value);
            writer.WriteString("owner", subject.Owner);
            Text(writer, "onBehalfOf", subject.OnBehalfOf);
        }

        Text(writer, "principal", record.Principal);
        Text(writer, "call", record.Call?.Value);
        Text(writer, "frameworkCallId", record.FrameworkCallId);
        Text(writer, "tool", record.Tool);
        Text(writer, "action", record.Action);
        List(writer, "resources", record.Resources);
        Text(writer, "argumentsDigest", record.ArgumentsDigest?.ToString());
        Text(writer, "outcome", record.Outcome switch
        {
            DecisionOutcome.Permit => "permit",
            DecisionOutcome.Deny => "deny",
            DecisionOutcome.RequireApproval => "require-approval",
            _ => null,
        });
        Text(writer, "reason", record.ReasonCode);
        Text(writer, "explanation", record.Explanation);
        List(writer, "policies", record.Policies);
        Text(writer, "policyVersion", record.PolicyVersion);
        Text(writer, "approval", record.Approval?.Value);
        Text(writer, "lease", record.Lease?.Value);
        Text(writer, "observed", record.ObservedReason);
        if (record.Risk is { } risk)
        {
            writer.WriteNumber("risk", risk.Value);
            List(writer, "riskFactors", [.. risk.Factors.Select(static f => f.ToString())]);
        }

        Text(writer, "resultLabel", record.ResultLabel?.ToString());
        if (record.Duration is { } duration)
        {
            writer.WriteNumber("durationMs", Math.Round(duration.TotalMilliseconds, 3));
        }

        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void List(Utf8JsonWriter writer, string name, ImmutableArray<string> values)
    {
        if (values.IsDefaultOrEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
