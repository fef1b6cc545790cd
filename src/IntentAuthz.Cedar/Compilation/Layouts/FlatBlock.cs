namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>
/// The rules under one key of the index, for requests of one layout: those of which only tests of values are left, and the
/// others. The order among them does not show in a decision, and the first kind costs a fraction of the second.
/// </summary>
internal sealed class FlatBlock(PlainRule[] plainForbids, PlainRule[] plainPermits, Rule[] otherForbids, Rule[] otherPermits, SlotTest[] tests)
{
    public bool IsEmpty => plainForbids.Length + plainPermits.Length + otherForbids.Length + otherPermits.Length == 0;

    public Rule[] OtherForbids => otherForbids;

    public Rule[] OtherPermits => otherPermits;

    public bool AnyPlainForbids(ReadOnlySpan<CedarScalar> values) => AnyApplies(plainForbids, values);

    public bool AnyPlainPermits(ReadOnlySpan<CedarScalar> values) => AnyApplies(plainPermits, values);

    private bool AnyApplies(PlainRule[] rules, ReadOnlySpan<CedarScalar> values)
    {
        foreach (var rule in rules)
        {
            if (AllHold(rule, values))
            {
                return true;
            }
        }

        return false;
    }

    private bool AllHold(PlainRule rule, ReadOnlySpan<CedarScalar> values)
    {
        foreach (ref readonly var test in tests.AsSpan(rule.First, rule.Count))
        {
            if (!test.Holds(values))
            {
                return false;
            }
        }

        return true;
    }
}
