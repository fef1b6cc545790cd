namespace IntentAuthz.AgentReplay.Tests;

/// <summary>A test of several cases that needs the traces; where they are absent it is skipped and says how to get it to run.</summary>
internal sealed class ReplayTheoryAttribute : TheoryAttribute
{
    public ReplayTheoryAttribute()
    {
        if (ReplayData.Root is null)
        {
            Skip = ReplayData.WhyAbsent;
        }
    }
}
