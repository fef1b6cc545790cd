namespace IntentAuthz.Peers;

/// <summary>What one peer took for one decision.</summary>
/// <param name="Name">Who decided.</param>
/// <param name="Remark">What the figure holds more or less of than the first row's.</param>
/// <param name="Policies">How many policies there were.</param>
/// <param name="Nanoseconds">The median of several batches.</param>
/// <param name="Bytes">What was allocated on the deciding thread; null where that cannot be told.</param>
internal sealed record Figure(string Name, string Remark, int Policies, double Nanoseconds, long? Bytes);
