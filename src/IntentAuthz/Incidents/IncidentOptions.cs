namespace IntentAuthz;

/// <summary>Which signals open an incident, and how many there may be. Checked when the host starts.</summary>
public sealed class IncidentOptions
{
    /// <summary>
    /// From which severity on a signal opens an incident; null for none by itself. A signal has the severity that <see cref="Severities"/> names
    /// for its kind, or else that of its response: <see cref="SignalResponse.Record"/> is low, <see cref="SignalResponse.RequireApproval"/> medium,
    /// <see cref="SignalResponse.Suspend"/> high, <see cref="SignalResponse.Revoke"/> critical.
    /// </summary>
    public IncidentSeverity? OpenAt { get; set; } = IncidentSeverity.High;

    /// <summary>How bad a signal of a kind is, whatever it leads to.</summary>
    public IDictionary<SignalKind, IncidentSeverity> Severities { get; } = new Dictionary<SignalKind, IncidentSeverity>();

    /// <summary>How many incidents the signals of one root task, with all below it, may open one after another, 1 to 100. Signals join the one that is not closed.</summary>
    public int MaxPerTask { get; set; } = 4;

    /// <summary>How many incidents of one agent that signals have opened may be there and not closed, 1 to 10,000. Beyond it signals are in the audit only, and that is logged.</summary>
    public int MaxPerAgent { get; set; } = 16;

    /// <summary>The same of one tenant, 1 to 100,000.</summary>
    public int MaxPerTenant { get; set; } = 256;

    /// <summary>How long closed incidents are kept in the process, and by a store that removes old ones, 1 hour to 10 years.</summary>
    public TimeSpan KeepClosed { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often a shared store is read for what others did, 5 ms to 10 seconds.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(25);

    internal IncidentSeverity SeverityOf(Signal signal) => Severities.TryGetValue(signal.Kind, out IncidentSeverity severity) ? severity : signal.Response switch
    {
        SignalResponse.Record => IncidentSeverity.Low,
        SignalResponse.RequireApproval => IncidentSeverity.Medium,
        SignalResponse.Suspend => IncidentSeverity.High,
        _ => IncidentSeverity.Critical,
    };

    internal IEnumerable<string> Problems()
    {
        if (OpenAt is { } at && !Enum.IsDefined(at))
        {
            yield return $"IntentAuthzOptions.Incidents.OpenAt is {at}; set it to a named severity, or null.";
        }

        foreach ((SignalKind kind, IncidentSeverity severity) in Severities)
        {
            if (!Enum.IsDefined(kind) || !Enum.IsDefined(severity))
            {
                yield return $"IntentAuthzOptions.Incidents.Severities has {kind} = {severity}; use the named kinds and severities.";
            }
        }

        foreach ((string name, int value, int most) in new[]
        {
            (nameof(MaxPerTask), MaxPerTask, 100), (nameof(MaxPerAgent), MaxPerAgent, 10_000), (nameof(MaxPerTenant), MaxPerTenant, 100_000),
        })
        {
            if (value < 1 || value > most)
            {
                yield return $"IntentAuthzOptions.Incidents.{name} is {value}; set it between 1 and {most}.";
            }
        }

        if (KeepClosed < TimeSpan.FromHours(1) || KeepClosed > TimeSpan.FromDays(3653))
        {
            yield return $"IntentAuthzOptions.Incidents.KeepClosed is {KeepClosed}; set it between 1 hour and 10 years.";
        }

        if (PollInterval < TimeSpan.FromMilliseconds(5) || PollInterval > TimeSpan.FromSeconds(10))
        {
            yield return $"IntentAuthzOptions.Incidents.PollInterval is {PollInterval}; set it between 5 ms and 10 s.";
        }
    }
}
