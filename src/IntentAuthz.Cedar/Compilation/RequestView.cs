using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// One request as compiled policies look at it. Its three entities are looked up when the first rule asks for them, since
/// most requests are decided without some of them. Lives on the stack.
/// </summary>
internal ref struct RequestView
{
    private readonly EntityResolver _entities;
    private readonly CedarRequest? _request;
    private readonly BoundLayout? _layout;
    private readonly ReadOnlySpan<CedarScalar> _values;
    private readonly string? _principalId;
    private readonly string? _actionId;
    private readonly string? _resourceId;
    private ResolvedEntity? _principal;
    private ResolvedEntity? _action;
    private ResolvedEntity? _resource;
    private CedarRecord? _context;

    /// <summary>A request whose values are objects.</summary>
    public RequestView(LiteralTable literals, EntityResolver entities, CedarRequest request)
    {
        Literals = literals;
        _entities = entities;
        _request = request;
        _context = request.Context;
    }

    /// <summary>A request of a layout known in advance, as plain values.</summary>
    public RequestView(
        LiteralTable literals, EntityResolver entities, BoundLayout layout,
        string principalId, string actionId, string resourceId, ReadOnlySpan<CedarScalar> values)
    {
        Literals = literals;
        _entities = entities;
        _layout = layout;
        _values = values;
        _principalId = principalId;
        _actionId = actionId;
        _resourceId = resourceId;
    }

    public LiteralTable Literals { get; }

    public readonly EntityResolver Entities => _entities;

    public CedarRecord Context => _context ??= _layout!.Layout.BuildContext(_values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ResolvedEntity Resolve(Role role)
    {
        ref var resolved = ref Slot(role);
        return resolved ?? (resolved = Look(role));
    }

    [UnscopedRef]
    private ref ResolvedEntity? Slot(Role role)
    {
        if (role == Role.Action)
        {
            return ref _action;
        }

        if (role == Role.Principal)
        {
            return ref _principal;
        }

        return ref _resource;
    }

    private readonly ResolvedEntity Look(Role role) =>
        _request is { } request ? _entities.Resolve(role, Reference(request, role).Uid) : _layout!.Resolve(role, Id(role));

    /// <summary>The value of a variable.</summary>
    public CedarEntity Variable(Role role)
    {
        if (_request is { } request)
        {
            return Reference(request, role);
        }

        var resolved = Resolve(role);
        // Only for an entity that nobody has named anywhere there is no object yet.
        return resolved.Value ?? new CedarEntity(_layout!.Layout.Uid(role, Id(role)));
    }

    private static CedarEntity Reference(CedarRequest request, Role role) => role switch
    {
        Role.Principal => request.Principal,
        Role.Action => request.Action,
        _ => request.Resource,
    };

    private readonly string Id(Role role) => (role switch
    {
        Role.Principal => _principalId,
        Role.Action => _actionId,
        _ => _resourceId,
    })!;

    /// <summary>Whether the request came as plain values, so that a path into the context is a place among them.</summary>
    public readonly bool IsFlat => _layout is not null;

    /// <summary>Where a path into the context leads, for a flat request.</summary>
    public readonly LayoutPath FlatPath(int path) => _layout!.Path(path);

    public readonly Operand FlatValue(int slot) => _values[slot].Operand;
}
