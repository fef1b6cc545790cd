namespace IntentAuthz;

/// <summary>A value that only the host can supply, such as a stream. It enters the call's digest by the id and version that the host gives it.</summary>
/// <param name="Value">The value the tool receives.</param>
/// <param name="Id">Names the value, so that a call can be approved; null when the host cannot say, and then it cannot be approved.</param>
/// <param name="Version">Names the value's state; null when it does not change.</param>
public sealed record HostValue(object Value, string? Id = null, string? Version = null);
