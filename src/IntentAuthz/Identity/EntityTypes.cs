namespace IntentAuthz;

/// <summary>The Cedar entity types that the library itself uses; a host's own types live outside the <c>IntentAuthz</c> namespace.</summary>
internal static class EntityTypes
{
    internal const string Action = "Action";
    internal const string Agent = "IntentAuthz::Agent";
    internal const string AgentGroup = "IntentAuthz::AgentGroup";
    internal const string Person = "IntentAuthz::Person";
    internal const string Service = "IntentAuthz::Service";
    internal const string Role = "IntentAuthz::Role";
    internal const string Tool = "IntentAuthz::Tool";
    internal const string AdministrativeAction = "IntentAuthz::Action";
    internal const string Task = "IntentAuthz::Task";
    internal const string Approval = "IntentAuthz::ApprovalRequest";
    internal const string RevocationTarget = "IntentAuthz::RevocationTarget";
    internal const string PolicySet = "IntentAuthz::PolicySet";
}
