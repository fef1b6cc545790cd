namespace IntentAuthz.Containment;

/// <summary><c>?(…)</c>, <c>*(…)</c>, <c>+(…)</c>, <c>@(…)</c> or <c>!(…)</c>.</summary>
internal sealed class ExtendedPatternPart(char kind, Word pattern) : WordPart
{
    public char Kind { get; } = kind;

    /// <summary>What stands between the parentheses.</summary>
    public Word Pattern { get; } = pattern;
}
