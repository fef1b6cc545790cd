namespace IntentAuthz;

/// <summary>What the detectors watch for, and what each signal leads to. Everything is recorded unless the host asks for more.</summary>
public sealed class SignalOptions
{
    /// <summary>What a signal of a kind leads to; a kind that is not named is recorded.</summary>
    public IDictionary<SignalKind, SignalResponse> Responses { get; } = new Dictionary<SignalKind, SignalResponse>();

    /// <summary>Kinds of actions that must not follow one another.</summary>
    public IList<ToxicCombination> ToxicCombinations { get; } = [];

    /// <summary>The services that tasks usually reach; empty for any.</summary>
    public ISet<string> UsualServices { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>How many distinct services one task usually reaches, 1 to 256.</summary>
    public int MaxServices { get; set; } = 16;

    /// <summary>How many denials one task may have before it counts as probing, 1 to 10,000.</summary>
    public int MaxDenials { get; set; } = 10;

    /// <summary>How many denials of one tool, whatever the arguments, 1 to 10,000.</summary>
    public int MaxDenialsOfOneTool { get; set; } = 4;

    /// <summary>How often the very same call may be made, 2 to 1,000,000.</summary>
    public int MaxRepeats { get; set; } = 25;

    /// <summary>How many calls may start within <see cref="BurstWindow"/>, 2 to 1,000,000.</summary>
    public int MaxBurst { get; set; } = 200;

    /// <summary>The window for <see cref="MaxBurst"/>, 100 ms to 1 hour.</summary>
    public TimeSpan BurstWindow { get; set; } = TimeSpan.FromSeconds(10);

    internal SignalResponse ResponseTo(SignalKind kind) => Responses.TryGetValue(kind, out SignalResponse response) ? response : SignalResponse.Record;

    internal IEnumerable<string> Problems()
    {
        foreach ((SignalKind kind, SignalResponse response) in Responses)
        {
            if (!Enum.IsDefined(kind) || !Enum.IsDefined(response))
            {
                yield return $"IntentAuthzOptions.Signals.Responses has {kind} = {response}; use the named kinds and responses.";
            }
        }

        foreach (ToxicCombination combination in ToxicCombinations)
        {
            if (string.IsNullOrEmpty(combination.First) || string.IsNullOrEmpty(combination.Then))
            {
                yield return "IntentAuthzOptions.Signals.ToxicCombinations has one without a name; name two action groups.";
            }
        }

        foreach ((string name, int value, int least, int most) in new[]
        {
            (nameof(MaxServices), MaxServices, 1, 256), (nameof(MaxDenials), MaxDenials, 1, 10_000), (nameof(MaxDenialsOfOneTool), MaxDenialsOfOneTool, 1, 10_000),
            (nameof(MaxRepeats), MaxRepeats, 2, 1_000_000), (nameof(MaxBurst), MaxBurst, 2, 1_000_000),
        })
        {
            if (value < least || value > most)
            {
                yield return $"IntentAuthzOptions.Signals.{name} is {value}; set it between {least} and {most}.";
            }
        }

        if (BurstWindow < TimeSpan.FromMilliseconds(100) || BurstWindow > TimeSpan.FromHours(1))
        {
            yield return $"IntentAuthzOptions.Signals.BurstWindow is {BurstWindow}; set it between 100 ms and 1 hour.";
        }
    }
}
