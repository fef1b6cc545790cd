using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One question to a policy engine: may this principal do this action on this resource in this context? The same shape for every
/// adapter and for administrative actions. It is the context that Cedar reads, whose members are built when a policy reads them, and holds the
/// entities that it brings along, laid over those of the host. Used by one thread at a time.
/// </summary>
public sealed class PolicyRequest : ICedarContext, IEntityProvider
{
    // One is made for each decision, so it has no room for what few need: that is in an object apart, and no field can be had from another.
    private readonly IContextSource _source;
    private IEntityProvider _host; // of a request that brings none along, all entities there are
    private Entity _principal; // as merged with the host's, once it was asked for, and so are the others
    private Entity _action;
    private Entity _resource;
    private LoadedPolicies? _asking; // while they are asked: to anybody else the context is whole
    private CedarRecord? _input; // of the parts most policies read these two, so the others are given room when they are built
    private CedarRecord? _task;
    private Rare? _rare;
    private ContextParts _built;
    private readonly bool _bringsEntities;
    private bool _isPrincipalMerged;
    private bool _isActionMerged;
    private bool _isResourceMerged;

    private PolicyRequest(TenantId tenant, Entity principal, Entity action, Entity resource, IEntityProvider host, IContextSource source, bool bringsEntities)
    {
        Tenant = tenant;
        _principal = principal;
        _action = action;
        _resource = resource;
        _host = host;
        _source = source;
        _bringsEntities = bringsEntities;
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
        return Of(tenant, request.Principal.Uid, request.Action.Uid, request.Resource.Uid, entities, new GivenContext(request.Context));
    }

    /// <summary>A request about entities that it brings along, over those of the host.</summary>
    internal static PolicyRequest Of(TenantId tenant, Entity principal, Entity action, Entity resource, IEntityProvider hostEntities, IContextSource source) =>
        new(tenant, principal, action, resource, hostEntities, source, bringsEntities: true);

    /// <summary>A request that brings no entities along: what is not found there does not exist.</summary>
    internal static PolicyRequest Of(TenantId tenant, EntityUid principal, EntityUid action, EntityUid resource, IEntityProvider entities, IContextSource source) =>
        new(tenant, new Entity(principal), new Entity(action), new Entity(resource), entities, source, bringsEntities: false);

    /// <summary>The tenant whose policies are asked.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who acts: <c>IntentAuthz::Agent</c> for a tool call; also a <c>Person</c> or <c>Service</c> for an administrative action.</summary>
    public EntityUid Principal => _principal.Uid;

    /// <summary>What is done: <c>Action::"…"</c> for a tool call, <c>IntentAuthz::Action::"…"</c> for an administrative action.</summary>
    public EntityUid Action => _action.Uid;

    /// <summary>What it is done to.</summary>
    public EntityUid Resource => _resource.Uid;

    /// <summary>The entities the request speaks of, over those of the host.</summary>
    public IEntityProvider Entities => _bringsEntities ? this : _host;

    /// <summary>The whole context: <c>input</c>, <c>task</c>, <c>history</c>, <c>risk</c>, <c>provenance</c>, <c>approval</c>, <c>delegation</c>, <c>system</c>. Built when first read.</summary>
    public CedarRecord Context => Select(ContextParts.All);

    /// <summary>Where the context comes from: the call, or an administrative action.</summary>
    internal IContextSource Source => _source;

    /// <summary>The tool call it is about; null for an administrative action.</summary>
    internal CallContext? Call => _source as CallContext;

    /// <summary>Takes live secrets out of what an explanation shows; null for an administrative action, which has none.</summary>
    internal SecretScrubber? Scrubber => Call?.Task.GuardIdentity.Scrubber;

    /// <summary>Held while an explanation reads the request, which builds what had not been asked for.</summary>
    internal object Reading => Call?.Reading ?? _source;

    /// <summary>The policies that answered it, when that was the native engine: what an explanation is made of.</summary>
    internal LoadedPolicies? AnsweredBy { get; set; }

    /// <summary>Which entities of the host were asked for; null where nobody keeps the decision.</summary>
    internal AskedEntities? Asked => _host as AskedEntities;

    /// <summary>Which members of the context were built so far, whether or not they had something to say.</summary>
    internal ContextParts Built => _built;

    /// <summary>
    /// To be called before the request is asked about, by whoever keeps the decision: which entities are asked for is noted then, and every member
    /// that the policies mention is built before they are asked, whether or not they come to read it.
    /// </summary>
    internal void Keep() => _host = new AskedEntities(_host);

    /// <summary>Asks policies, which read of the context what they need.</summary>
    internal CedarResponse Ask(LoadedPolicies policies)
    {
        // The score is in the audit wherever policies are about it, and not only where one comes to read it.
        ContextParts atOnce = Asked is null ? ContextParts.Risk : ContextParts.All;
        if ((policies.Needs.OfAll & atOnce) != 0)
        {
            Build(NeedsOf(policies) & atOnce);
        }

        _asking = policies;
        try
        {
            return policies.Compiled.Authorize(_principal.Reference, _action.Reference, _resource.Reference, this, Entities);
        }
        finally
        {
            _asking = null;
        }
    }

    /// <summary>
    /// Builds whatever the policies that answered mention, and others that were asked: for an explanation to be of the decision's moment, and not of
    /// its own.
    /// </summary>
    internal void BuildMentioned(LoadedPolicies? others = null) => Build(NeedsOf(AnsweredBy) | (others == AnsweredBy ? ContextParts.None : NeedsOf(others)));

    private ContextParts NeedsOf(LoadedPolicies? policies) => policies?.Needs.For(Action, Entities) ?? ContextParts.None;

    Entity? IEntityProvider.Find(EntityUid uid)
    {
        if (!_bringsEntities)
        {
            return _host.Find(uid);
        }

        if (uid == _resource.Uid)
        {
            return Merged(ref _resource, ref _isResourceMerged);
        }

        if (uid == _principal.Uid)
        {
            return Merged(ref _principal, ref _isPrincipalMerged);
        }

        return uid == _action.Uid ? Merged(ref _action, ref _isActionMerged) : _host.Find(uid);
    }

    private Entity Merged(ref Entity own, ref bool isMerged)
    {
        if (!Volatile.Read(ref isMerged))
        {
            own = EntityMerging.Over(_host, own);
            Volatile.Write(ref isMerged, true); // after it: a store that throws is asked again
        }

        return own;
    }

    bool ICedarContext.TryRead(ReadOnlySpan<string> path, out CedarScalar value)
    {
        value = CedarScalar.Absent;
        int place = path.IsEmpty || _source is GivenContext ? ContextNames.None : ContextNames.PlaceOf(path[0]);
        if (place == ContextNames.None)
        {
            return false;
        }

        ContextParts part = ContextNames.All[place].Part;
        ReadOnlySpan<string> rest = path[1..];
        if (!rest.IsEmpty && (_built & part) == 0 && _source.TryRead(part, rest, out value))
        {
            // Of what is missing further down the record shows where, which makes the difference between false and an error.
            return value.IsPresent || rest.Length == 1;
        }

        Build(part);
        return Part(place) is { } member ? !rest.IsEmpty && ((ICedarContext)member).TryRead(rest, out value) : rest.IsEmpty;
    }

    CedarRecord ICedarContext.ToRecord() => Select(_asking is null ? ContextParts.All : NeedsOf(_asking));

    /// <summary>The context with only those members; an engine may ask for fewer than there are when its policies read no others.</summary>
    internal CedarRecord Select(ContextParts parts)
    {
        if (_source is GivenContext given)
        {
            return given.Whole; // also members that no context of a call has: a policy that reads them is answered as it stands there
        }

        Rare rare = _rare ??= new Rare();
        if (rare.Selection is { } made && rare.Selected == parts)
        {
            return made;
        }

        Build(parts);
        Members selection = default;
        int count = 0;
        ContextParts present = ContextParts.None;
        foreach (int place in ContextNames.InOrder)
        {
            ContextParts part = ContextNames.All[place].Part;
            if ((parts & part) != 0 && Part(place) is { } value)
            {
                selection[count++] = value;
                present |= part;
            }
        }

        rare.Selected = parts;
        return rare.Selection = ContextNames.Template(present).With(ReadOnlySpan<CedarValue>.CastUp(((ReadOnlySpan<CedarRecord>)selection!)[..count]));
    }

    /// <summary>Builds those members that were not built yet.</summary>
    internal void Build(ContextParts parts)
    {
        for (int i = 0; (parts & ~_built) != 0 && i < ContextNames.Count; i++)
        {
            ContextParts part = ContextNames.All[i].Part;
            if ((parts & part & ~_built) != 0)
            {
                CedarRecord? built = _source.Build(part);
                switch (i)
                {
                    case 0:
                        _input = built;
                        break;
                    case 1:
                        _task = built;
                        break;
                    default:
                        (_rare ??= new Rare()).Others[i] = built;
                        break;
                }

                _built |= part;
            }
        }
    }

    /// <summary>The members that were built, by their place in <see cref="ContextNames.All"/>.</summary>
    internal ImmutableArray<CedarRecord?> GetBuiltParts()
    {
        CedarRecord?[] parts = new CedarRecord?[ContextNames.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Part(i);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(parts);
    }

    private CedarRecord? Part(int place) => place switch
    {
        0 => _input,
        1 => _task,
        _ => _rare is null ? null : _rare.Others[place],
    };

    /// <summary>What most requests are decided without.</summary>
    private sealed class Rare
    {
        internal Members Others; // whose first two places stay empty

        internal CedarRecord? Selection;

        internal ContextParts Selected;
    }

    [InlineArray(ContextNames.Count)]
    private struct Members
    {
        private CedarRecord? _member;
    }

    private sealed class GivenContext(CedarRecord context) : IContextSource
    {
        internal CedarRecord Whole => context;

        public CedarRecord? Build(ContextParts part) =>
            context.TryGetValue(ContextNames.NameOf(part), out CedarValue? value) ? value as CedarRecord : null;
    }
}
