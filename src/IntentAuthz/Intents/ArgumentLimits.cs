namespace IntentAuthz;

/// <summary>Bounds on a call's arguments.</summary>
/// <param name="MaxBytes">The most UTF-8 bytes.</param>
/// <param name="MaxDepth">The deepest nesting.</param>
/// <param name="MaxMembers">The most members and items in all.</param>
internal readonly record struct ArgumentLimits(int MaxBytes, int MaxDepth, int MaxMembers);
