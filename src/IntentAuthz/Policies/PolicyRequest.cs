using System.Collections.Immutable;
using System.Runtime.CompilerServices;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One question to a policy engine: may this principal do this action on this resource in this context? The same shape for every
/// adapter and for administrative actions. Used by one thread at a time.
/// </summary>
public sealed class PolicyRequest
{
    private readonly IContextSource _source;
    private readonly CedarEntity _principal;
    private readonly CedarEntity _action;
    private readonly CedarEntity _resource;
    private CedarRecord? _input; // of the parts most policies read these two, so the others are given room when they are built
    private CedarRecord? _task;
    private CedarRecord?[]? _others;
    private ContextParts _built;
    private ContextParts _selected;
    private CedarRecord? _selection;

    internal PolicyRequest(
        TenantId tenant, CedarEntity principal, CedarEntity action, CedarEntity resource, IEntityProvider entities, IContextSource source)
    {
        Tenant = tenant;
        _principal = principal;
        _action = action;
        _resource = resource;
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
        return new PolicyRequest(tenant, request.Principal, request.Action, request.Resource, entities, new GivenContext(request.Context));
    }

    /// <summary>The tenant whose policies are asked.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who acts: <c>IntentAuthz::Agent</c> for a tool call; also a <c>Person</c> or <c>Service</c> for an administrative action.</summary>
    public EntityUid Principal => _principal.Uid;

    /// <summary>What is done: <c>Action::"…"</c> for a tool call, <c>IntentAuthz::Action::"…"</c> for an administrative action.</summary>
    public EntityUid Action => _action.Uid;

    /// <summary>What it is done to.</summary>
    public EntityUid Resource => _resource.Uid;

    /// <summary>The entities the request speaks of, over those of the host.</summary>
    public IEntityProvider Entities { get; internal set; }

    /// <summary>Where the context comes from: the call, or an administrative action.</summary>
    internal IContextSource Source => _source;

    /// <summary>Which members of the context were built so far, whether or not they had something to say.</summary>
    internal ContextParts Built => _built;

    /// <summary>The members that were built, by their place in <see cref="ContextNames.All"/>.</summary>
    internal ImmutableArray<CedarRecord?> GetBuiltParts() => [_input, _task, .. (_others ?? new CedarRecord?[ContextNames.Count]).AsSpan(2)];

    /// <summary>The whole context: <c>input</c>, <c>task</c>, <c>history</c>, <c>risk</c>, <c>provenance</c>, <c>approval</c>, <c>delegation</c>, <c>system</c>. Built when first read.</summary>
    public CedarRecord Context => Select(ContextParts.All);

    /// <summary>The policies that answered it, when that was the native engine: what an explanation is made of.</summary>
    internal LoadedPolicies? AnsweredBy { get; set; }

    /// <summary>The tool call it is about; null for an administrative action.</summary>
    internal CallContext? Call => _source as CallContext;

    /// <summary>Takes live secrets out of what an explanation shows; null for an administrative action, which has none.</summary>
    internal SecretScrubber? Scrubber => Call?.Task.GuardIdentity.Scrubber;

    /// <summary>Held while an explanation reads the request, which builds what had not been asked for.</summary>
    internal object Reading => Call?.Reading ?? _source;

    /// <summary>A request about entities that it brings along, over those of the host.</summary>
    internal static PolicyRequest Of(TenantId tenant, Entity principal, Entity action, Entity resource, IEntityProvider hostEntities, IContextSource source) =>
        new(tenant, principal.Reference, action.Reference, resource.Reference, new RequestEntities(hostEntities, principal, action, resource), source);

    /// <summary>As Cedar asks it, with those members of the context.</summary>
    internal CedarRequest ToCedar(ContextParts parts) => CedarRequest.FromReferences(_principal, _action, _resource, Select(parts));

    /// <summary>The context with only those members; an engine may ask for fewer than there are when its policies read no others.</summary>
    internal CedarRecord Select(ContextParts parts)
    {
        if (_source is GivenContext given)
        {
            return given.Whole; // also members that no context of a call has: a policy that reads them is answered as it stands there
        }

        if (_selection is not null && _selected == parts)
        {
            return _selection;
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

        _selected = parts;
        return _selection = ContextNames.Template(present).With(((ReadOnlySpan<CedarValue>)selection)[..count]);
    }

    private ref CedarRecord? Part(int place)
    {
        if (place == 0)
        {
            return ref _input;
        }

        if (place == 1)
        {
            return ref _task;
        }

        _others ??= new CedarRecord?[ContextNames.Count];
        return ref _others[place];
    }

    /// <summary>Builds those members that were not built yet.</summary>
    internal void Build(ContextParts parts)
    {
        for (int i = 0; i < ContextNames.Count; i++)
        {
            ContextParts part = ContextNames.All[i].Part;
            if ((parts & part & ~_built) != 0)
            {
                Part(i) = _source.Build(part);
                _built |= part;
            }
        }
    }

    [InlineArray(ContextNames.Count)]
    private struct Members
    {
        private CedarValue _member;
    }

    private sealed class GivenContext(CedarRecord context) : IContextSource
    {
        internal CedarRecord Whole => context;

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
