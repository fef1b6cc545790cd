namespace IntentAuthz;

/// <summary>The most that each factor can add to a risk score, 0 to 100 each. A score above 100 counts as 100.</summary>
public sealed class RiskWeights
{
    /// <summary>The tool's declared risk class: a quarter of it for low, all of it for critical.</summary>
    public int ToolClass { get; set; } = 40;

    /// <summary>What decides comes from nobody trusted: all of it for a target or command of a stranger's, half for one the model alone came up with, less for amounts and times.</summary>
    public int Provenance { get; set; } = 30;

    /// <summary>An amount beyond what is usual: half of it at three times as much, all of it from ten times on.</summary>
    public int Magnitude { get; set; } = 15;

    /// <summary>The task calls the tool, or reaches its service, for the first time.</summary>
    public int Novelty { get; set; } = 5;

    /// <summary>Signals raised in the task: half of it for one kind, all of it from three kinds on.</summary>
    public int Signals { get; set; } = 20;

    internal IEnumerable<string> Problems()
    {
        foreach ((string name, int value) in new[]
        {
            (nameof(ToolClass), ToolClass), (nameof(Provenance), Provenance), (nameof(Magnitude), Magnitude), (nameof(Novelty), Novelty), (nameof(Signals), Signals),
        })
        {
            if (value is < 0 or > 100)
            {
                yield return $"IntentAuthzOptions.RiskWeights.{name} is {value}; set it between 0 and 100.";
            }
        }
    }
}
