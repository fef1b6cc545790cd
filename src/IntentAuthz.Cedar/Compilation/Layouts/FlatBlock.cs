namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>
/// Rules for requests of one layout: those of which only tests of values are left, and the others. The order among them does not
/// show in a decision, and the first kind costs a fraction of the second. Few and small arrays, since a request out of many touches
/// each of them for the first time.
/// </summary>
internal sealed class FlatBlock(PlainRule[] plain, int plainForbids, Rule[] others, int otherForbids, SlotTest[] tests)
{
    /// <summary>Whether there are forbids for which plain tests do not suffice.</summary>
    public bool HasOtherForbids => otherForbids > 0;

    /// <summary>Whether there are permits for which plain tests do not suffice.</summary>
    public bool HasOtherPermits { get; } = others.Length > otherForbids;

    public ReadOnlySpan<Rule> OtherForbids => others.AsSpan(0, otherForbids);

    public ReadOnlySpan<Rule> OtherPermits => others.AsSpan(otherForbids);

    public bool AnyPlainForbids(ReadOnlySpan<CedarScalar> values) => plainForbids > 0 && AnyApplies(plain.AsSpan(0, plainForbids), values);

    public bool AnyPlainPermits(ReadOnlySpan<CedarScalar> values) => AnyApplies(plain.AsSpan(plainForbids), values);

    private bool AnyApplies(ReadOnlySpan<PlainRule> rules, ReadOnlySpan<CedarScalar> values)
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
