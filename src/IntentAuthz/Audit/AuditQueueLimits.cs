namespace IntentAuthz;

/// <summary>How much room the audit queue has, and how long it may take to empty at shutdown.</summary>
internal readonly record struct AuditQueueLimits(int Total, int PerTenant, int PerTask, TimeSpan ShutdownTimeout);
