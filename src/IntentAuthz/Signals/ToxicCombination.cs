namespace IntentAuthz;

/// <summary>Two kinds of actions that must not follow one another in one task, such as reading payroll and sending mail.</summary>
/// <param name="First">The id of an action group.</param>
/// <param name="Then">The id of the group that must not come after it.</param>
public sealed record ToxicCombination(string First, string Then);
