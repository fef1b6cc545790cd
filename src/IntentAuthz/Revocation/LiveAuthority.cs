using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What is still live, until when, and who owns it.</summary>
/// <param name="Tasks">The tasks of this process that have not ended, and those whose process has and that can be restored, the first to expire first.</param>
/// <param name="Leases">The leases that have not ended, of all processes that share the store, the first to expire first. Each names its owner.</param>
public sealed record LiveAuthority(ImmutableArray<LiveTask> Tasks, ImmutableArray<Lease> Leases);
