using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One question to a policy engine: may this principal do this action on this resource in this context? The same shape for every
/// adapter and for administrative actions. Used by one thread at a time.
/// </summary>
public sealed class PolicyRequest
{
    private readonly IContextSource _source;
    private readonly CedarRecord?[] _parts = new CedarRecord?[ContextNames.All.Length];
    private ContextParts _built;
    private ContextParts _selected;
    private CedarRecord? _selection;
    private CedarRecord? _given; // the whole context, where somebody has written it down

    internal PolicyRequest(
        TenantId tenant, EntityUid principal, EntityUid action, EntityUid resource, IEntityProvider entities, IContextSource source)
    {
        Tenant = tenant;
        Principal = principal;
        Action = action;
        Resource = resource;
        Entities = entities;
        _source = source;
    }

    /// <summary>
    /// A question as somebody wrote it down, for tests of policies and for tools: its context is taken whole, as it is given, where the guard would
    /// find it out from a call.
    /// </summary>
    /// <param name="tenant">The tenant whose policies are asked.</param>
    /// <param name="request">Who, what, on what, in which context.</param>
    /// <param name="entities">The entities it speaks of.</param>
    public static PolicyRequest Of(TenantId tenant, CedarRequest request, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(entities);
        return new PolicyRequest(tenant, request.Principal.Uid, request.Action.Uid, request.Resource.Uid, entities, new GivenContext(request.Context))
        {
            _given = request.Context,
        };
    }

    /// <summary>The tenant whose policies are asked.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who acts: <c>IntentAuthz::Agent</c> for a tool call; also a <c>Person</c> or <c>Service</c> for an administrative action.</summary>
    public EntityUid Principal { get; }

    /// <summary>What is done: <c>Action::"…"</c> for a tool call, <c>IntentAuthz::Action::"…"</c> for an administrative action.</summary>
    public EntityUid Action { get; }

    /// <summary>What it is done to.</summary>
    public EntityUid Resource { get; }

    /// <summary>The entities the request speaks of, over those of the host.</summary>
    public IEntityProvider Entities { get; internal set; }

    /// <summary>Where the context comes from: the call, or an administrative action.</summary>
    internal IContextSource Source => _source;

    /// <summary>Which members of the context were built so far, whether or not they had something to say.</summary>
    internal ContextParts Built => _built;

    /// <summary>The members that were built, by their place in <see cref="ContextNames.All"/>.</summary>
    internal ReadOnlySpan<CedarRecord?> BuiltParts => _parts;

    /// <summary>The whole context: <c>input</c>, <c>task</c>, <c>history</c>, <c>risk</c>, <c>provenance</c>, <c>approval</c>, <c>delegation</c>, <c>system</c>. Built when first read.</summary>
    public CedarRecord Context => Select(ContextParts.All);

    /// <summary>The policies that answered it, when that was the native engine: what an explanation is made of.</summary>
    internal LoadedPolicies? AnsweredBy { get; set; }

    /// <summary>The tool call it is about; null for an administrative action.</summary>
    internal CallContext? Call => _source as CallContext;

    /// <summary>Takes live secrets out of what an explanation shows; null for an administrative action, which has none.</summary>
    internal SecretScrubber? Scrubber => (Call?.Task.GuardIdentity as GuardIdentity)?.Scrubber;

    /// <summary>Held while an explanation reads the request, which builds what had not been asked for.</summary>
    internal object Reading => _parts;

    /// <summary>The context with only those members; an engine may ask for fewer than there are when its policies read no others.</summary>
    internal CedarRecord Select(ContextParts parts)
    {
        if (_given is not null)
        {
            return _given; // also members that no context of a call has: a policy that reads them is answered as it stands there
        }

        if (_selection is not null && _selected == parts)
        {
            return _selection;
        }

        Build(parts);
        CedarRecord.Builder record = new();
        for (int i = 0; i < _parts.Length; i++)
        {
            (ContextParts part, string name) = ContextNames.All[i];
            if ((parts & part) != 0 && _parts[i] is { } value)
            {
                record.Add(name, value);
            }
        }

        _selected = parts;
        return _selection = record.Build();
    }

    /// <summary>Builds those members that were not built yet.</summary>
    internal void Build(ContextParts parts)
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            ContextParts part = ContextNames.All[i].Part;
            if ((parts & part & ~_built) != 0)
            {
                _parts[i] = _source.Build(part);
                _built |= part;
            }
        }
    }

    private sealed class GivenContext(CedarRecord context) : IContextSource
    {
        public CedarRecord? Build(ContextParts part)
        {
            foreach ((ContextParts known, string name) in ContextNames.All)
            {
                if (known == part)
                {
                    return context.TryGetValue(name, out CedarValue? value) ? value as CedarRecord : null;
                }
            }

            return null;
        }
    }
}
