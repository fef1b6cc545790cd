namespace IntentAuthz;

/// <summary>How much room the audit queue has, after how long a record that waits is late, and how long the queue may take to empty at shutdown.</summary>
internal readonly record struct AuditQueueLimits(int Total, int PerTenant, int PerTask, TimeSpan Late, TimeSpan ShutdownTimeout);
