namespace IntentAuthz.AgentReplay.Tests;

/// <summary>A test that needs the traces; where they are absent it is skipped and says how to get it to run.</summary>
internal sealed class ReplayFactAttribute : FactAttribute
{
    public ReplayFactAttribute()
    {
        if (ReplayData.Root is null)
        {
            Skip = ReplayData.WhyAbsent;
        }
    }
}
