namespace IntentAuthz;

/// <summary>The most calls of an action or action group.</summary>
internal sealed record CallLimit(string Action, long Most);
