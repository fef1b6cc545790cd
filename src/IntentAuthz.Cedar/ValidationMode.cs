namespace IntentAuthz.Cedar;

/// <summary>How much validation asks of a policy. What passes never fails at evaluation by a type, a missing attribute or a missing tag.</summary>
public enum ValidationMode
{
    /// <summary>
    /// Both sides of <c>==</c>, the elements of a set and the branches of <c>if</c> must have one type, sets must not be empty, and
    /// extension values must be literals. This is what the analysis of policies needs, and the default.
    /// </summary>
    Strict,

    /// <summary>As <see cref="Strict"/>, without those four restrictions.</summary>
    Permissive,
}
