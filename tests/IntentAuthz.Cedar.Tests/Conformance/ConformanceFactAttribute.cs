namespace IntentAuthz.Cedar.Tests.Conformance;

/// <summary>A test that needs the conformance data; where it is absent, the test is reported as skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute()
    {
        if (ConformanceData.Root is null)
        {
            Skip = ConformanceData.WhyAbsent;
        }
    }
}
