using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What the library itself puts into requests, as a Cedar schema: its entity types, the members of <c>context</c>, the administrative actions.
/// It says what <see cref="ContextRecords"/>, <see cref="CallContext"/> and <see cref="AdministrativeContext"/> build; whoever changes one
/// changes the other, and a test holds requests of every kind against it.
/// </summary>
internal static class RequestShape
{
    internal const string Namespace = "IntentAuthz";

    /// <summary>The type of what has none: policies can ask whether it is there, and nothing else.</summary>
    internal const string Untyped = "IntentAuthz::Untyped";

    /// <summary>The type of tool actions, under a name that the namespace of the library can refer to.</summary>
    internal const string ToolAction = "ToolAction";

    /// <summary>The members of every tool call's context but <c>input</c> and <c>provenance</c>, which differ from tool to tool.</summary>
    internal static readonly (string Name, string Type)[] CallContext =
    [
        ("task", "IntentAuthz::CallTaskContext"),
        ("history", "IntentAuthz::HistoryContext"),
        ("risk", "IntentAuthz::RiskContext"),
        ("approval", "IntentAuthz::ApprovalContext"),
        ("delegation", "IntentAuthz::DelegationContext"),
        ("system", "IntentAuthz::SystemContext"),
    ];

    /// <summary>The type of one argument's entry in <c>context.provenance</c>.</summary>
    internal const string Provenance = "IntentAuthz::ProvenanceContext";

    /// <summary>The entity types that a host may give attributes and parents of its own.</summary>
    internal static readonly string[] Extensible = ["Agent", "AgentGroup", "Person", "Service", "Role", "Tool"];

    private const string Text = """
        namespace IntentAuthz {
          entity AgentGroup in [AgentGroup];
          entity Agent in [AgentGroup] = { owner: String, tenant: String, attested: Bool, spiffe?: String };
          entity Role in [Role];
          entity Person in [Role] = { tenant: String };
          entity Service in [Role] = { tenant: String };
          entity Tool;
          entity ApprovalRequest = { tool?: String, action?: ToolAction, risk?: Long, agent: Agent, purpose: String };
          entity RevocationTarget = { kind: String, id: String };
          entity PolicySet;
          entity Untyped;

          type TaskContext = {
            id: String, purpose: String, owner: String, depth: Long, opened: datetime, expires: datetime, ceiling: Long
          };
          type CallTaskContext = {
            id: String, purpose: String, owner: String, depth: Long, opened: datetime, expires: datetime, ceiling: Long, proposal: String
          };
          type HistoryContext = {
            calls: Long, denials: Long, errors: Long, approvalsAsked: Long, integrity: String, confidentiality: String, services: Set<String>,
            resources: Long, signals: Set<String>, sinceOpened: duration, sinceLastCall?: duration, sinceLastDenial?: duration
          };
          type RiskContext = {
            class: String, level: Long, score: Long, ceiling: Long, roles: Set<String>, untrustedRoles: Set<String>, strangerRoles: Set<String>, unnamedRoles: Set<String>,
            unlinkedRoles: Set<String>, contestedRoles: Set<String>, carryingRoles: Set<String>, content: String
          };
          type ProvenanceContext = {
            source: String, trusted: Bool, role: String, named: Bool, linked: Bool, link: String, contested: Bool, carries: Bool
          };
          type ApprovalContext = { approved: Bool, approvers: Set<Person>, approverServices: Set<Service> };
          type DelegationContext = { user?: Person, service?: Service, agents: Set<Agent>, depth: Long };
          type SystemContext = { now: datetime };

          // Opening, a root task is described as it is asked for; a sub-task and a resumed one by the task there is.
          type OpeningContext = {
            id?: String, purpose: String, owner: String, depth?: Long, opened?: datetime, expires?: datetime, lifetime?: duration, ceiling: Long
          };
          type ApprovingContext = { roles: Set<String> };
          type ReopeningInput = { asserted: Bool }; // whether the person is only named, by the holder of the operator key
          type ModeInput = { mode: String };
          type EndorsingInput = { extractor: String, action: String, role: String };

          action "OpenTask" appliesTo {
            principal: [Person, Service, Agent], resource: [Agent],
            context: { task: OpeningContext, delegation: DelegationContext, system: SystemContext }
          };
          action "Approve", "ApproveOwn" appliesTo {
            principal: [Person, Service], resource: [ApprovalRequest],
            context: { task: TaskContext, approval: ApprovingContext, delegation: DelegationContext, system: SystemContext }
          };
          action "Revoke", "Respond" appliesTo {
            principal: [Person, Service], resource: [RevocationTarget], context: { system: SystemContext }
          };
          action "Reopen" appliesTo {
            principal: [Person, Service], resource: [RevocationTarget], context: { input: ReopeningInput, system: SystemContext }
          };
          action "ReloadPolicies" appliesTo {
            principal: [Person, Service], resource: [PolicySet], context: { system: SystemContext }
          };
          action "SetMode" appliesTo {
            principal: [Person, Service], resource: [PolicySet, Tool], context: { input: ModeInput, system: SystemContext }
          };
          action "Endorse" appliesTo {
            principal: [Person, Service], resource: [Agent],
            context: { task: TaskContext, input: EndorsingInput, delegation: DelegationContext, system: SystemContext }
          };
        }
        """;

    /// <summary>The namespace of the library in the JSON form, for a host with tools or without.</summary>
    internal static JsonObject Declare(bool hasTools)
    {
        JsonObject library = JsonNode.Parse(SchemaFragment.ParseCedar(Text, "the library's own schema").ToJson())!.AsObject()[Namespace]!.AsObject();
        if (!hasTools)
        {
            library["entityTypes"]!["ApprovalRequest"]!["shape"]!["attributes"]!.AsObject().Remove("action"); // there is no such type then
        }

        return (JsonObject)library.DeepClone();
    }
}
