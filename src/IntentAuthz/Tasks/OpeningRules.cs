using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The one decision whether a task may be opened: when it is asked for, and again when policies have changed.</summary>
internal sealed class OpeningRules(AdministrativeGate gate, SchemaInForce schema)
{
    /// <summary>Decides. The opener of a sub-task is the agent of the task above it.</summary>
    internal async ValueTask<(Decision Decision, Obligations Obligations)> DecideAsync(
        TaskRequest request, AgentTask? parent, Principal openedBy, CancellationToken cancellationToken)
    {
        Entity opener = parent?.Agent.Entity ?? AdministrativeGate.EntityOf(openedBy);
        (Decision decision, Obligations obligations) = await gate.DecideAsync(
            opener, openedBy.Tenant, AdministrativeActions.OpenTask, request.Agent.Tenant, request.Agent.Entity,
            new AdministrativeContext(gate.Time, parent, parent is null ? request : null), cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return (decision, obligations);
        }

        if (obligations.Credential is not null || !obligations.Containments.IsEmpty || !obligations.Redactions.IsEmpty || !obligations.Rates.IsEmpty)
        {
            return (
                Decision.Deny(ReasonCodes.ConflictingObligations, "A permit for OpenTask can carry @approval only; the other obligations belong on tool calls."),
                Obligations.None);
        }

        return schema.WhatIsWrongWith(request.Mandate) is { } wrong
            ? (Decision.Deny(ReasonCodes.InvalidMandate, $"The mandate does not fit the tools there are. {wrong}"), Obligations.None)
            : (decision, obligations);
    }
}
