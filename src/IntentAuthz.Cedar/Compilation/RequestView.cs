using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// One request as compiled policies look at it. Its three entities are looked up when the first rule asks for them, since
/// most requests are decided without some of them. Lives on the stack.
/// </summary>
internal ref struct RequestView
{
    private readonly CedarRequest? _request;
    private readonly BoundLayout? _layout;
    private readonly FlatRequest _flat;

    private ResolvedEntity? _principal;
    private ResolvedEntity? _action;
    private ResolvedEntity? _resource;
    private CedarRecord? _context;

    /// <summary>A request whose values are objects.</summary>
    public RequestView(LiteralTable literals, EntityResolver entities, CedarRequest request)
    {
        Literals = literals;
        Entities = entities;
        _request = request;
        _context = request.Context;
    }

    /// <summary>A flat request: one of a layout known in advance, as plain values.</summary>
    public RequestView(LiteralTable literals, EntityResolver entities, BoundLayout layout, FlatRequest request)
    {
        Literals = literals;
        Entities = entities;
        _layout = layout;
        _flat = request;
    }

    public LiteralTable Literals { get; }

    public EntityResolver Entities { get; }

    public CedarRecord Context => _context ??= _layout!.Layout.BuildContext(_flat.Values);

    public ResolvedEntity Resolve(Role role)
    {
        ref var resolved = ref Slot(role);
        return resolved ??= _request is { } request
            ? Entities.Resolve(role, Reference(request, role).Uid)
            : _layout!.Find(role, _flat.Id(role)).Entity;
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

    /// <summary>Whether an entity is of a type that policies name. It need not be looked up for that.</summary>
    public readonly bool Is(Role role, int typeId) => _request is { } request
        ? Reference(request, role).Uid.Type == Literals.Types[typeId].Name
        : _layout!.TypeId(role) == typeId;

    /// <summary>The value of a variable.</summary>
    public CedarEntity Variable(Role role)
    {
        if (_request is { } request)
        {
            return Reference(request, role);
        }

        // Only for an entity that nobody has named anywhere there is no object yet.
        return Resolve(role).Value ?? new CedarEntity(_layout!.Layout.Uid(role, _flat.Id(role)));
    }

    private static CedarEntity Reference(CedarRequest request, Role role) => role switch
    {
        Role.Principal => request.Principal,
        Role.Action => request.Action,
        _ => request.Resource,
    };

    /// <summary>Whether the request came as plain values, so that a path into the context is a place among them.</summary>
    public readonly bool IsFlat => _layout is not null;

    /// <summary>Where a path into the context leads, step by step, for a flat request.</summary>
    public readonly LayoutPath FlatPath(int path) => _layout!.Path(path);

    /// <summary>Where a path into the context leads as a whole, for a flat request.</summary>
    public readonly int FlatTarget(int path) => _layout!.Targets[path];

    public readonly Operand FlatValue(int slot) => _flat.Values[slot].Operand;
}
