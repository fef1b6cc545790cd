using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One policy evaluation as it was: the whole request as far as it was built, and the verdict. Where no policy asked for the history, the risk or
/// the provenance, they were not found out and are not here; <see cref="ContextMembers"/> says what is. Holds no secret that the guard knew when it was
/// recorded. Immutable and safe for use by many threads.
/// </summary>
public sealed class RecordedDecision : IContextSource
{
    private readonly ImmutableArray<CedarRecord?> _parts; // by the place in ContextNames.All

    internal RecordedDecision(ContextParts parts, ImmutableArray<CedarRecord?> values)
    {
        Parts = parts;
        _parts = values;
    }

    /// <summary>When it was decided, in wall-clock time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The tenant whose policies were asked.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>The guard's id of the call; null for an administrative action.</summary>
    public CallId? Call { get; init; }

    /// <summary>The task of the call; null for an administrative action.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Who acted.</summary>
    public required EntityUid Principal { get; init; }

    /// <summary>What was done.</summary>
    public required EntityUid Action { get; init; }

    /// <summary>What it was done to. Where it held a secret, the name is not the one that was decided on, and <see cref="IsScrubbed"/>.</summary>
    public required EntityUid Resource { get; init; }

    /// <summary>
    /// The entities as the evaluation saw them, those of the host included: principal, action and resource, everything above them, and what their
    /// attributes and the context name.
    /// </summary>
    public required ImmutableArray<Entity> Entities { get; init; }

    /// <summary>What was looked for likewise and did not exist. An entity named neither here nor there was not looked for.</summary>
    public ImmutableArray<EntityUid> AbsentEntities { get; init; } = [];

    /// <summary>The names of the context's members that were built for the evaluation, in the order of the context. One that was built and had nothing to say is among them and not in <see cref="Context"/>.</summary>
    public IEnumerable<string> ContextMembers => ContextNames.All.Where(c => (Parts & c.Part) != 0).Select(static c => c.Name);

    /// <summary>The context, as far as it was built. Made anew at each call.</summary>
    public CedarRecord Context
    {
        get
        {
            CedarRecord.Builder record = new();
            for (int i = 0; i < _parts.Length; i++)
            {
                if (_parts[i] is { } value)
                {
                    record.Add(ContextNames.All[i].Name, value);
                }
            }

            return record.Build();
        }
    }

    /// <summary>What the policies answered, before mandates, approvals and the mode of enforcement.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Names the exact text of the policies; empty where they changed while they were asked.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>What the task's mandate allowed, in words; null for an administrative action.</summary>
    public string? Mandate { get; init; }

    /// <summary>Whether a secret was taken out of the request before it was stored. What the policies say of those parts cannot be found out again.</summary>
    public bool IsScrubbed => ScrubbedParts != ContextParts.None || AreEntitiesScrubbed;

    /// <summary>What of the context was built.</summary>
    internal ContextParts Parts { get; }

    /// <summary>What of the context is not as it was, since a secret was taken out.</summary>
    internal ContextParts ScrubbedParts { get; init; }

    /// <summary>Whether an entity, such as the resource, is not as it was, since a secret was taken out of its name or attributes.</summary>
    internal bool AreEntitiesScrubbed { get; init; }

    /// <summary>What it takes of memory while it waits, roughly, in bytes.</summary>
    internal int Weight { get; init; }

    CedarRecord? IContextSource.Build(ContextParts part) => this[System.Numerics.BitOperations.TrailingZeroCount((int)part)];

    internal CedarRecord? this[int part] => _parts[part];
}
