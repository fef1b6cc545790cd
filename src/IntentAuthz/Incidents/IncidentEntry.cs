namespace IntentAuthz;

/// <summary>
/// One entry of an incident's timeline: what happened, when, by whom. The timeline is all there is of an incident; its state follows from it.
/// Texts are made fit to be shown on a terminal and in a log when the entry is made. It holds no arguments, no results and no secret. Immutable.
/// </summary>
public sealed record IncidentEntry
{
    /// <summary>The most characters of a text.</summary>
    public const int MaxText = 512;

    /// <summary>The most characters of data.</summary>
    public const int MaxData = 256 * 1024;

    /// <summary>The entry's own id: the same entry written twice is one entry.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The incident.</summary>
    public required IncidentId Incident { get; init; }

    /// <summary>Whose.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>What it tells.</summary>
    public required IncidentEntryKind Kind { get; init; }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who, for people: a principal, <c>operator key</c>, or <c>detector</c> and <c>host</c> for the library itself.</summary>
    public required string By { get; init => field = ShownText.Of(value, Identifier.MaxLength); }

    /// <summary>What, for people: one line without control characters, at most <see cref="MaxText"/> characters.</summary>
    public required string Text { get; init => field = ShownText.Of(value, MaxText); }

    /// <summary>More of it, as a JSON object; null when there is no more.</summary>
    /// <exception cref="ArgumentException">It has more than <see cref="MaxData"/> characters.</exception>
    public string? Data
    {
        get;
        init => field = value?.Length > MaxData ? throw new ArgumentException($"The data of an entry has at most {MaxData} characters.", nameof(value)) : value;
    }

    /// <summary>The entry that this one answers, or null.</summary>
    public string? Regarding { get; init; }

    /// <summary>Which process made it: random, made with the process. One that begins with <see cref="OutsideOrigin"/> is no host.</summary>
    public string Origin { get; init; } = "";

    /// <summary>How the origin of an entry begins that no host has made, such as one of the command line.</summary>
    public const string OutsideOrigin = "outside:";

    /// <summary>Makes the first entry of a new incident, for whoever opens one outside of a host.</summary>
    /// <param name="subject">What it is about: a task, an agent, a tool or a tenant.</param>
    /// <param name="severity">How bad it is.</param>
    /// <param name="by">Who opens it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="at">When, in wall-clock time.</param>
    /// <param name="origin">Which process; one that is no host begins with <see cref="OutsideOrigin"/>.</param>
    /// <param name="task">What is known of the task, if it is about one.</param>
    /// <exception cref="ArgumentException">The subject is something else.</exception>
    public static IncidentEntry Opening(
        RevocationTarget subject, IncidentSeverity severity, string by, string reason, DateTimeOffset at, string origin, TaskRecord? task = null)
    {
        if (!IncidentHead.IsSubject(subject.Kind) || subject.Id is null)
        {
            throw new ArgumentException("An incident is about a task, an agent, a tool or a tenant.", nameof(subject));
        }

        IncidentHead head = IncidentHead.Of(subject, severity, null, null);
        if (task is not null)
        {
            head = head with { RootTask = task.Id, Agent = task.Agent, Owner = task.Owner, Purpose = task.Purpose };
        }

        return new IncidentEntry
        {
            Incident = IncidentId.New(), Tenant = subject.Tenant, Kind = IncidentEntryKind.Opened, At = at, By = by, Text = reason, Data = head.Write(), Origin = origin,
        };
    }

    /// <summary>Kind and text, for logs.</summary>
    public override string ToString() => $"{Kind}: {Text}";
}
