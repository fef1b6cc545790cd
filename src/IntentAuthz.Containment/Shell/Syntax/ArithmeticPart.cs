namespace IntentAuthz.Containment;

/// <summary><c>$((…))</c> or <c>$[…]</c>.</summary>
internal sealed class ArithmeticPart(Word expression) : WordPart
{
    public Word Expression { get; } = expression;
}
