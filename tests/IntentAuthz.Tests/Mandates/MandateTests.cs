using System.Globalization;

using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Policies.PolicyAsking;

namespace IntentAuthz.Tests.Mandates;

/// <summary>A mandate is policy too: it allows what its grants name, and nothing else.</summary>
public sealed class MandateTests
{
    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(-5, true)]
    public void AtMost_Integer_AllowsUpToTheLimit(long amount, bool allowed) =>
        Assert.Equal(allowed, Allows(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(100)), ("amount", new CedarLong(amount))));

    [Fact]
    public void AtMost_OfAnotherType_DoesNotAllow() =>
        Assert.False(Allows(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(100)), ("amount", new CedarString("1"))));

    [Fact]
    public void AtMost_LowestIntegerThereIs_IsAPolicyThatParses() =>
        Assert.True(Allows(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(long.MinValue)), ("amount", new CedarLong(long.MinValue))));

    [Fact]
    public void Constraint_OnAnArgumentThatIsLeftOut_IsNotMet() =>
        Assert.False(Allows(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(100))));

    [Fact]
    public void AtMost_Decimal_ComparesExactly()
    {
        MandateGrant grant = MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(10.5m));

        Assert.True(Allows(grant, ("amount", CedarDecimal.FromScaled(105_000))));
        Assert.False(Allows(grant, ("amount", CedarDecimal.FromScaled(105_001))));
        Assert.Throws<ArgumentException>(() => ArgumentConstraint.AtMost(0.00001m));
    }

    [Fact]
    public void Description_IsTheSameInEveryCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = comma;

            Assert.Equal("at most 10.5", ArgumentConstraint.AtMost(10.5m).Description);
            Assert.Equal("at most -1", ArgumentConstraint.AtMost(-1).Description);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("x\" || true || \"")]
    [InlineData("\\\" }; permit(principal, action, resource); //")]
    [InlineData("\u2028\"")]
    public void Grant_WithTextThatTriesToBePolicy_StaysData(string text)
    {
        Assert.False(Allows(MandateGrant.Of("other", text)));
        Assert.False(Allows(MandateGrant.Of("pay").Where("payee", ArgumentConstraint.EqualTo(new CedarString(text))), ("payee", new CedarString("eve"))));
        Assert.True(Allows(MandateGrant.Of("pay").Where("payee", ArgumentConstraint.EqualTo(new CedarString(text))), ("payee", new CedarString(text))));
        Assert.False(Allows(MandateGrant.Of("pay").On(new EntityUid("Invoice", text))));
        Assert.False(Allows(MandateGrant.Of("pay").Where(text, ArgumentConstraint.AtMost(1))));
    }

    [Fact]
    public void OneOf_AllowsTheNamedValuesOnly()
    {
        MandateGrant grant = MandateGrant.Of("pay").Where("payee", ArgumentConstraint.OneOf(new CedarString("bob"), new CedarString("ann")));

        Assert.True(Allows(grant, ("payee", new CedarString("bob"))));
        Assert.False(Allows(grant, ("payee", new CedarString("eve"))));
        Assert.Throws<ArgumentException>(() => ArgumentConstraint.OneOf());
    }

    [Fact]
    public void On_AllowsTheResourceItselfOnly()
    {
        Assert.True(Allows(MandateGrant.Of("pay").On(new EntityUid("Invoice", "2041"))));
        Assert.False(Allows(MandateGrant.Of("pay").On(new EntityUid("Invoice", "2042"))));
    }

    [Fact]
    public void FromPolicies_WithACredential_FailsSinceAMandateOnlyTightens()
    {
        PolicyLoadException e = Assert.Throws<PolicyLoadException>(
            () => Mandate.FromPolicies(PolicySource.Text("""@credential("root") permit(principal, action, resource);"""), "all"));

        Assert.Contains("only tightens", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mandate_WithoutGrantsOrReasonOrKnownCeiling_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Mandate.Of());
        Assert.Throws<ArgumentException>(() => MandateGrant.Of());
        Assert.Throws<ArgumentException>(() => Mandate.WhateverPoliciesPermit(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mandate.WhateverPoliciesPermit("test").WithRiskCeiling((RiskClass)99));
    }

    private static bool Allows(MandateGrant grant, params (string Name, CedarValue Value)[] input)
    {
        CedarRecord record = CedarRecord.Create(input.Select(static i => KeyValuePair.Create(i.Name, i.Value)));
        return Mandate.Of(grant).Evaluate(Request(record))!.Effect == VerdictEffect.Permit;
    }
}
