using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What ending a task and all below it did.</summary>
/// <param name="Ended">Whether it had not ended before.</param>
/// <param name="Residuals">One entry for each lease.</param>
internal readonly record struct TaskStop(bool Ended, ImmutableArray<ResidualWindow> Residuals);
