namespace IntentAuthz;

/// <summary>How long an approval request lives, and how many may be open, so that one task cannot drown the approvers of others.</summary>
internal readonly record struct ApprovalLimits(TimeSpan Lifetime, int OpenPerTask, int OpenPerTenant);
