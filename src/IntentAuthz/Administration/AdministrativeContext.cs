using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The context of an administrative action: the same members as a tool call's, as far as they mean something.</summary>
internal sealed class AdministrativeContext(TimeProvider time, AgentTask? task = null, TaskRequest? request = null, CedarRecord? approval = null, CedarRecord? input = null)
    : IContextSource
{
    public CedarRecord? Build(ContextParts part) => part switch
    {
        ContextParts.Task when task is not null => task.ContextRecord,
        ContextParts.Task when request is not null => ContextRecords.Task(request),
        ContextParts.Delegation when task is not null => task.DelegationRecord,
        ContextParts.Delegation when request is not null => ContextRecords.Delegation(request.Delegation),
        ContextParts.Approval => approval,
        ContextParts.Input => input,
        ContextParts.System => ContextRecords.System(time.GetUtcNow()),
        _ => null,
    };
}
