namespace IntentAuthz;

/// <summary>Whom a record is about. Immutable; one instance a task.</summary>
/// <param name="Tenant">The tenant; default for none.</param>
/// <param name="Subject">The facts about the task, or null.</param>
internal sealed record AuditedTask(TenantId Tenant, AuditSubject? Subject)
{
    internal static AuditedTask None { get; } = new(default, null);
}
