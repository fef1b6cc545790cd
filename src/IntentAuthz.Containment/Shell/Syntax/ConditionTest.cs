namespace IntentAuthz.Containment;

/// <summary>One test in <c>[[ … ]]</c>.</summary>
/// <param name="Operator">Such as <c>-f</c> or <c>==</c>; empty for a word alone.</param>
/// <param name="Left">The left operand, or null of an operator with one operand.</param>
/// <param name="Right">The right operand, or the only one.</param>
internal readonly record struct ConditionTest(string Operator, Word? Left, Word Right);
