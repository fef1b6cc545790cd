using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// A question to a policy engine before there is a call: could this agent be permitted to do this action at all, in this task? The agent,
/// the action, the task and the delegation are known; the arguments, and what follows from them, are not. Immutable.
/// </summary>
public sealed class PartialPolicyRequest
{
    // What changes from call to call, or while the task runs.
    private static readonly string[] Unknown = ["input", "history", "risk", "provenance", "approval", "system"];

    internal PartialPolicyRequest(TenantId tenant, PartialRequest request, IEntityProvider entities)
    {
        Tenant = tenant;
        Request = request;
        Entities = entities;
    }

    /// <summary>The tenant whose policies are asked.</summary>
    public TenantId Tenant { get; }

    /// <summary>What is known of the request, and what is not.</summary>
    public PartialRequest Request { get; }

    /// <summary>The entities the request speaks of, over those of the host.</summary>
    public IEntityProvider Entities { get; }

    /// <summary>What is known of any call of a tool in a task.</summary>
    internal static PartialPolicyRequest Create(AgentTask task, ToolDescriptor tool, IEntityProvider hostEntities)
    {
        // A tool that maps its arguments to resources of one type says that much; a tool without a mapping is the resource itself.
        PartialEntity resource = tool.ResourceTypes is not [string type] ? PartialEntity.Unknown
            : tool.MapResources is null && tool.ResourceArgument is null ? PartialEntity.Known(tool.ToolAsResource[0].Uid)
            : PartialEntity.OfType(type);
        CedarRecord context = new CedarRecord.Builder { { "task", task.ContextRecord }, { "delegation", task.DelegationRecord } }.Build();
        return new PartialPolicyRequest(
            task.Tenant,
            new PartialRequest(task.Agent.Entity.Uid, tool.Action, resource, context, Unknown),
            new KnownEntities(
                hostEntities, EntityMerging.Over(hostEntities, task.Agent.Entity), EntityMerging.Over(hostEntities, tool.ActionEntity),
                EntityMerging.Over(hostEntities, tool.ToolAsResource[0])));
    }

    private sealed class KnownEntities(IEntityProvider host, Entity agent, Entity action, Entity tool) : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => uid == tool.Uid ? tool : uid == agent.Uid ? agent : uid == action.Uid ? action : host.Find(uid);
    }
}
