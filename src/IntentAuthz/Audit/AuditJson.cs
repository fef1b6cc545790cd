using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// The JSON form of a record: members without a value are left out, times are ISO 8601 in UTC. docs/audit-record.schema.json says what there is. It
/// keeps its writer from one use to the next, so one thread uses it.
/// </summary>
internal sealed class AuditJson
{
    private readonly Utf8JsonWriter _writer = CanonicalJson.CreateWriter(new ArrayBufferWriter<byte>(1));

    internal void Write(IBufferWriter<byte> destination, AuditRecord record)
    {
        Utf8JsonWriter writer = _writer;
        writer.Reset(destination);
        writer.WriteStartObject();
        writer.WriteNumber("schema"u8, 1);
        writer.WriteString("kind"u8, record.Kind switch
        {
            AuditKind.Decision => "decision",
            AuditKind.Outcome => "outcome",
            AuditKind.Administration => "administration",
            AuditKind.Lease => "lease",
            AuditKind.Signal => "signal",
            _ => "task",
        });
        writer.WriteString("time"u8, record.Time.UtcDateTime);
        Text(writer, "tenant"u8, record.Tenant?.Value);
        if (record.Subject is { } subject)
        {
            writer.WriteString("task"u8, subject.Task.Value);
            writer.WriteString("purpose"u8, subject.Purpose);
            writer.WriteString("agent"u8, subject.Agent.Value);
            writer.WriteString("owner"u8, subject.Owner);
            Text(writer, "onBehalfOf"u8, subject.OnBehalfOf);
        }

        Text(writer, "principal"u8, record.Principal);
        Id(writer, "call"u8, record.Call);
        Text(writer, "frameworkCallId"u8, record.FrameworkCallId);
        Text(writer, "tool"u8, record.Tool);
        Text(writer, "action"u8, record.Action);
        List(writer, "resources"u8, record.Resources);
        Text(writer, "argumentsDigest"u8, record.ArgumentsDigest?.ToString());
        if (!record.Arguments.IsDefaultOrEmpty)
        {
            writer.WriteStartObject("arguments"u8);
            foreach ((string name, string value) in record.Arguments)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        Text(writer, "outcome"u8, record.Outcome switch
        {
            DecisionOutcome.Permit => "permit",
            DecisionOutcome.Deny => "deny",
            DecisionOutcome.RequireApproval => "require-approval",
            _ => null,
        });
        Text(writer, "reason"u8, record.ReasonCode);
        Text(writer, "explanation"u8, record.Explanation);
        List(writer, "policies"u8, record.Policies);
        Text(writer, "policyVersion"u8, record.PolicyVersion);
        Text(writer, "approval"u8, record.Approval?.Value);
        List(writer, "approvalAskedBy"u8, record.ApprovalAskedBy);
        Text(writer, "lease"u8, record.Lease?.Value);
        Text(writer, "observed"u8, record.ObservedReason);
        if (record.Risk is { } risk)
        {
            writer.WriteNumber("risk"u8, risk.Value);
            List(writer, "riskFactors"u8, [.. risk.Factors.Select(static f => f.ToString())]);
        }

        List(writer, "signals"u8, record.Signals);
        if (record.EngineTime is { } engine)
        {
            writer.WriteNumber("engineMicroseconds"u8, Math.Round(engine.TotalMicroseconds, 1));
        }

        Text(writer, "resultLabel"u8, record.ResultLabel?.ToString());
        if (record.Duration is { } duration)
        {
            writer.WriteNumber("durationMs"u8, Math.Round(duration.TotalMilliseconds, 3));
        }

        writer.WriteEndObject();
        writer.Flush();
    }

    private static void Text(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void Id(Utf8JsonWriter writer, ReadOnlySpan<byte> name, CallId? value)
    {
        if (value is not { } id)
        {
            return;
        }

        Span<byte> ascii = stackalloc byte[CallId.Length];
        int length = id.WriteTo(ascii);
        if (length > 0)
        {
            writer.WriteString(name, ascii[..length]);
        }
        else
        {
            writer.WriteString(name, id.Value);
        }
    }

    private static void List(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<string> values)
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
