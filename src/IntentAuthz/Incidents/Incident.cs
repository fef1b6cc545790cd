using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>One incident as its timeline tells it. Immutable: what happens later is a new one of the same id.</summary>
public sealed record Incident
{
    /// <summary>
    /// How many entries of one timeline are kept and shown; of those beyond only what changes its state, what hosts say was stopped, renewed and put
    /// into the audit, and that evidence was exported.
    /// </summary>
    public const int MaxEntries = 512;

    /// <summary>How many times that evidence was taken are kept whole: the first quarter, and the latest.</summary>
    public const int MaxEvidence = 16;

    /// <summary>How many questions to the hosts, with their answers, are kept: the latest.</summary>
    private const int MaxAsked = 32;

    /// <summary>The incident's id.</summary>
    public required IncidentId Id { get; init; }

    /// <summary>Whose.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>What it is about and what freezing stops: a task, an agent, a tool or a tenant.</summary>
    public required RevocationTarget Subject { get; init; }

    /// <summary>How bad it is: the worst of what was seen.</summary>
    public required IncidentSeverity Severity { get; init; }

    /// <summary>Where it is.</summary>
    public required IncidentState State { get; init; }

    /// <summary>When it was opened, in wall-clock time.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Who opened it.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <summary>The task at the top of the tree in which it was seen; null where it is about no task.</summary>
    public TaskId? RootTask { get; init; }

    /// <summary>The agent; null where it is about none.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>Who answers for the agent.</summary>
    public string? Owner { get; init; }

    /// <summary>What the task is for.</summary>
    public string? Purpose { get; init; }

    /// <summary>The user at the root of the delegation.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The version of the tenant's policies when it was opened.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The timeline, in order.</summary>
    public required ImmutableArray<IncidentEntry> Entries { get; init; }

    /// <summary>Whether it is not closed.</summary>
    public bool IsOpen => State != IncidentState.Closed;

    /// <summary>What freezing it stops: a task is held, everything else is revoked until it is lifted.</summary>
    public RevocationTarget Stop => Subject.Kind == RevocationKind.Task ? RevocationTarget.TaskHold(Tenant, new TaskId(Subject.Id)) : Subject;

    /// <summary>Tells an incident from its timeline.</summary>
    /// <param name="entries">Entries in the order of their store, all of one incident.</param>
    /// <returns>The incident; null when the first is no readable opening.</returns>
    public static Incident? FromEntries(IEnumerable<IncidentEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Incident? incident = null;
        foreach (IncidentEntry entry in entries)
        {
            incident = incident is null ? Begin(entry) : incident.With(entry);
        }

        return incident;
    }

    /// <summary>The credentials that freezing and revoking have retired, as the hosts told: until when each may still be honoured.</summary>
    public ImmutableArray<ResidualWindow> GetResiduals() => ResidualJson.ReadAll(this);

    /// <summary>What became of the long-lived secrets that had been lent, as the hosts told.</summary>
    public ImmutableArray<SecretRotation> GetRotations() => IncidentRemains.ReadAll(this);

    /// <summary>What is left to see to, one sentence each.</summary>
    /// <param name="now">The time, in wall-clock time: a credential whose end has come is left out.</param>
    public ImmutableArray<string> GetRemaining(DateTimeOffset now) => [.. IncidentRemains.Of(GetResiduals(), GetRotations(), now), .. IncidentRemains.ReadUnknown(this)];

    /// <summary>Id, severity and state, for logs.</summary>
    public override string ToString() => $"{Id} ({Severity.ToString().ToLowerInvariant()}, {State.ToString().ToLowerInvariant()}, {ShownText.Of(Subject.ToString(), 300)})";

    internal static Incident? Begin(IncidentEntry entry)
    {
        if (entry.Kind != IncidentEntryKind.Opened || !IncidentHead.TryRead(entry, out IncidentHead? head))
        {
            return null;
        }

        return new Incident
        {
            Id = entry.Incident,
            Tenant = entry.Tenant,
            Subject = head.Subject,
            Severity = head.Severity,
            State = IncidentState.Detected,
            OpenedAt = entry.At,
            OpenedBy = entry.By,
            Reason = entry.Text,
            RootTask = head.RootTask,
            Agent = head.Agent,
            Owner = head.Owner,
            Purpose = head.Purpose,
            OnBehalfOf = head.OnBehalfOf,
            PolicyVersion = head.PolicyVersion,
            Entries = [entry],
        };
    }

    /// <summary>The incident with one more entry. One of another tenant, or of something that is over, changes nothing.</summary>
    internal Incident With(IncidentEntry entry)
    {
        if (entry.Tenant != Tenant || (State == IncidentState.Closed && entry.Kind != IncidentEntryKind.Audited)) // closing is a step that is audited too
        {
            return this;
        }

        IncidentState state = entry.Kind switch
        {
            IncidentEntryKind.Signal when State == IncidentState.Recovered => IncidentState.Detected,
            IncidentEntryKind.Frozen when State != IncidentState.Eradicated => IncidentState.Contained,
            IncidentEntryKind.Revoked => IncidentState.Eradicated,
            IncidentEntryKind.Reopened => IncidentState.Recovered,
            IncidentEntryKind.Closed => IncidentState.Closed,
            _ => State,
        };
        IncidentSeverity severity = entry.Kind == IncidentEntryKind.Signal && TrySeverity(entry, out IncidentSeverity seen) && seen > Severity ? seen : Severity;
        bool isKept = Entries.Length < MaxEntries || state != State || IsAlwaysKept(entry);
        return this with { State = state, Severity = severity, Entries = isKept ? WithRoom(entry).Add(entry) : Entries };
    }

    /// <summary>What remains follows from what hosts say; that a step is in the audit keeps the next host from taking it again.</summary>
    private bool IsAlwaysKept(IncidentEntry entry) => entry.Kind switch
    {
        IncidentEntryKind.Stopped or IncidentEntryKind.Rotated or IncidentEntryKind.Exported => true,
        IncidentEntryKind.Audited => Entries.Any(e => e.Id == entry.Regarding),
        _ => false,
    };

    /// <summary>Whether an entry only asks, or answers. Anybody who may write the state asks as often as they like, so these take no room from the others.</summary>
    private static bool IsAsked(IncidentEntry entry) =>
        entry.Kind is IncidentEntryKind.Asked or IncidentEntryKind.Answered || (entry.Kind == IncidentEntryKind.Evidence && entry.Regarding is not null);

    /// <summary>Evidence is the one thing that is large. What was known first and what is known now are kept; of what lies between, that it was taken.</summary>
    private ImmutableArray<IncidentEntry> WithRoom(IncidentEntry entry)
    {
        if (IsAsked(entry) && Entries.Count(IsAsked) >= MaxAsked)
        {
            return Entries.Remove(Entries.First(IsAsked));
        }

        if (entry.Kind != IncidentEntryKind.Evidence)
        {
            return Entries;
        }

        int[] evidence = [.. Enumerable.Range(0, Entries.Length).Where(i => Entries[i] is { Kind: IncidentEntryKind.Evidence, Data: not null })];
        return evidence.Length < MaxEvidence ? Entries : Entries.SetItem(evidence[MaxEvidence / 4], Entries[evidence[MaxEvidence / 4]] with { Data = null });
    }

    private static bool TrySeverity(IncidentEntry entry, out IncidentSeverity severity)
    {
        severity = default;
        try
        {
            return entry.Data is { } data
                && JsonElement.Parse(data).TryGetProperty("severity"u8, out JsonElement told) && Enum.TryParse(told.GetString(), ignoreCase: true, out severity) && Enum.IsDefined(severity);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
