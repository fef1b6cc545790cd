namespace IntentAuthz.Containment;

/// <summary>One branch of <c>case</c>.</summary>
/// <param name="Patterns">What the subject is compared with.</param>
/// <param name="Body">What runs; can be empty.</param>
/// <param name="FallsThrough">Whether the next branch runs too (<c>;&amp;</c>) or is tried (<c>;;&amp;</c>).</param>
internal readonly record struct CaseBranch(Word[] Patterns, CommandList Body, bool FallsThrough);
