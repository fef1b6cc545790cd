namespace IntentAuthz;

/// <summary>What the broker holds its work within.</summary>
/// <param name="IssuerTimeout">How long an issuer, or the lease store, may take for one step.</param>
/// <param name="PerTask">How many leases one task may have at a time.</param>
/// <param name="IrrevocableAfter">After how many failures to unmake it a lease counts as irrevocable.</param>
internal sealed record LeaseLimits(TimeSpan IssuerTimeout, int PerTask, int IrrevocableAfter);
