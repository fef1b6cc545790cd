namespace IntentAuthz.Cedar;

/// <summary>
/// The bounds this implementation puts on its inputs. Cedar itself bounds nothing; a library that reads hostile text inside a
/// server must, because a stack overflow ends a .NET process. Exceeding a bound is an ordinary error, never a crash.
/// </summary>
public static class CedarLimits
{
    /// <summary>
    /// Greatest length of one policy source, in UTF-16 code units (64 Mi). A source beyond it is refused before it is read.
    /// </summary>
    public const int MaxSourceLength = 64 * 1024 * 1024;

    /// <summary>Greatest length of one token (a string literal, an identifier), in UTF-16 code units (1 Mi).</summary>
    public const int MaxTokenLength = 1024 * 1024;

    /// <summary>
    /// Greatest nesting of an expression: brackets, calls, member accesses and operators inside one another. Chains of
    /// <c>&amp;&amp;</c> and <c>||</c> are flat and count once; other chains count once per link.
    /// </summary>
    public const int MaxExpressionDepth = 400;

    /// <summary>Greatest nesting of sets and records in a value.</summary>
    public const int MaxValueDepth = 128;

    /// <summary>Number of diagnostics after which a parse stops looking for more.</summary>
    public const int MaxDiagnostics = 100;

    /// <summary>Greatest size of one JSON document (entities, policies, a context), in UTF-8 bytes (64 Mi).</summary>
    public const int MaxJsonLength = 64 * 1024 * 1024;

    /// <summary>Greatest nesting of a JSON document, not counting chains of <c>&amp;&amp;</c> and <c>||</c> in policies.</summary>
    public const int MaxJsonDepth = 1024;

    /// <summary>
    /// Greatest number of (entity, ancestor) pairs an <see cref="EntityStore"/> holds. It bounds the memory of the computed
    /// hierarchy, which can otherwise grow with the square of the number of entities.
    /// </summary>
    public const int MaxAncestorPairs = 10_000_000;

    /// <summary>Greatest nesting of sets and records in a type of a schema, as written and with its common types filled in.</summary>
    public const int MaxTypeDepth = 128;

    /// <summary>
    /// Greatest number of parts of one type of a schema with its common types filled in. Common types that name one another
    /// twice double in size at every step; without a bound, a short schema would describe an endless type.
    /// </summary>
    public const int MaxTypeSize = 100_000;

    /// <summary>
    /// Number of steps one validation of a policy set may take; a step is an expression checked in one request environment, or a
    /// part of a type compared. Policies without an action constraint are checked for every action, principal and resource type.
    /// </summary>
    public const long MaxValidationSteps = 50_000_000;
}
