using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a task was asked for, as a digest: a task comes back only for the very request it was opened by. The task's id, which is random, goes in
/// first, so that equal requests cannot be told to be equal; with the host's audit key it cannot be found by guessing the request either.
/// </summary>
internal static class RequestDigest
{
    internal static string Of(TaskId task, TaskRequest request, MandateProposal? proposal, byte[]? key)
    {
        ArrayBufferWriter<byte> canonical = new(1024);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(canonical))
        {
            writer.WriteStartArray();
            writer.WriteStringValue("task request 1");
            writer.WriteStringValue(task.Value);
            Write(writer, request.Agent);
            writer.WriteStringValue(request.Purpose);
            writer.WriteNumberValue(request.Lifetime.Ticks);
            Write(writer, request.Mandate);
            Write(writer, request.Delegation);
            writer.WriteStringValue(request.UserRequest);
            writer.WriteNumberValue((int)request.Outside);
            writer.WriteStringValue(proposal?.Rationale);
            Write(writer, proposal?.Grants);
            if (request.Parameters is { } parameters)
            {
                CanonicalJson.Write(writer, parameters);
            }
            else
            {
                writer.WriteStringValue("no parameters"); // parameters are an object
            }

            writer.WriteEndArray();
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (key is null)
        {
            SHA256.HashData(canonical.WrittenSpan, digest);
        }
        else
        {
            HMACSHA256.HashData(key, canonical.WrittenSpan, digest);
        }

        return Convert.ToHexStringLower(digest);
    }

    /// <summary>All that policy can read of the agent. A renewed document of the same workload is no other agent.</summary>
    private static void Write(Utf8JsonWriter writer, AgentIdentity agent)
    {
        writer.WriteStringValue(agent.Id.Value);
        writer.WriteStringValue(agent.Tenant.Value);
        writer.WriteStringValue(agent.Owner);
        writer.WriteStringValue(agent.Workload?.Id.ToString());
        writer.WriteStartArray();
        foreach (string group in agent.Groups.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(group);
        }

        writer.WriteEndArray();
        writer.WriteStringValue(agent.Attributes.ToString());
    }

    private static void Write(Utf8JsonWriter writer, Mandate? mandate)
    {
        if (mandate is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        writer.WriteStringValue(mandate.PolicyVersion);
        writer.WriteStringValue(mandate.Description); // grants, budget and scopes, to the last limit
        writer.WriteNumberValue((int)mandate.RiskCeiling);
        writer.WriteNumberValue(mandate.ScoreCeiling ?? -1);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Delegation delegation)
    {
        writer.WriteStartArray();
        if (delegation.User is { } user)
        {
            writer.WriteStringValue(user.Uid.ToString());
            writer.WriteStringValue(user.Tenant.Value);
        }

        writer.WriteNumberValue(delegation.Until?.UtcTicks ?? 0);
        foreach (DelegationLink link in delegation.Links)
        {
            writer.WriteStringValue(link.Id.Value);
            writer.WriteStringValue(link.Agent.Value);
        }

        writer.WriteEndArray();
    }
}
