namespace IntentAuthz.Cedar.Differential.Reference;

/// <summary>A test that asks the reference implementation; where that cannot run, the test is skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute() => Skip = ReferenceInstallation.WhyAbsent;
}
