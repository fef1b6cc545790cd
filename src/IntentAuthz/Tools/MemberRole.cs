namespace IntentAuthz;

/// <summary>The role of a member within an argument, and what its value is the id of.</summary>
internal readonly record struct MemberRole(ArgumentRole Role, string? Kind);
