using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The members of <c>context</c> that tool calls and administrative actions share, so that one policy reads both alike.</summary>
internal static class ContextRecords
{
    internal static CedarRecord Task(AgentTask task, ProposalCoverage? coverage = null)
    {
        CedarRecord.Builder record = new();
        if (coverage is { } covered)
        {
            record.Add("proposal", covered switch { ProposalCoverage.Covered => "covered", ProposalCoverage.Outside => "outside", _ => "none" });
        }

        record.Add("id", task.Id.Value);
        record.Add("purpose", task.Purpose);
        record.Add("owner", task.Owner);
        record.Add("depth", (long)task.Depth);
        record.Add("opened", CedarDatetime.FromDateTimeOffset(task.OpenedAt));
        record.Add("expires", CedarDatetime.FromDateTimeOffset(task.ExpiresAt));
        record.Add("ceiling", (long)task.Mandate.RiskCeiling);
        return record.Build();
    }

    internal static CedarRecord Task(TaskRequest request)
    {
        CedarRecord.Builder record = new();
        record.Add("purpose", request.Purpose);
        record.Add("owner", request.Agent.Owner);
        record.Add("lifetime", CedarDuration.FromTimeSpan(request.Lifetime));
        record.Add("ceiling", (long)request.Mandate.RiskCeiling);
        return record.Build();
    }

    internal static CedarRecord Delegation(Delegation delegation)
    {
        CedarRecord.Builder record = new();
        if (delegation.User is { } user)
        {
            // Two names, since a schema gives each one type.
            record.Add(user.Kind == PrincipalKind.Person ? "user" : "service", new CedarEntity(user.Uid));
        }

        record.Add("depth", (long)delegation.Links.Length);
        record.Add("agents", CedarSet.Create(delegation.Links.Select(static l => (CedarValue)new EntityUid(EntityTypes.Agent, l.Agent.Value))));
        return record.Build();
    }

    internal static CedarRecord System(DateTimeOffset now)
    {
        CedarRecord.Builder record = new();
        record.Add("now", CedarDatetime.FromDateTimeOffset(now));
        return record.Build();
    }
}
