using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// One request as compiled policies look at it. Its three entities are looked up when the first rule asks for them, since
/// most requests are decided without some of them. Lives on the stack.
/// </summary>
internal ref struct RequestView
{
    private readonly CedarEntity? _principalReference; // of a request that is not flat, and so are the others
    private readonly CedarEntity? _actionReference;
    private readonly CedarEntity? _resourceReference;
    private readonly ICedarContext? _source;
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
        _principalReference = request.Principal;
        _actionReference = request.Action;
        _resourceReference = request.Resource;
        _context = request.Context;
    }

    /// <summary>A request whose context is read value by value.</summary>
    public RequestView(LiteralTable literals, EntityResolver entities, CedarEntity principal, CedarEntity action, CedarEntity resource, ICedarContext context)
    {
        Literals = literals;
        Entities = entities;
        _principalReference = principal;
        _actionReference = action;
        _resourceReference = resource;
        _source = context;
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

    public CedarRecord Context => _context ??= _source is null ? _layout!.Layout.BuildContext(_flat.Values) : RecordOf(_source);

    /// <summary>The context as a record where there is one by now; null where it would have to be made.</summary>
    public readonly CedarRecord? ContextIfMade => _context;

    /// <summary>Reads a value of a context of which no record was made. False where the record must be asked, and for a flat request.</summary>
    public readonly bool TryRead(ReadOnlySpan<string> path, out Operand value)
    {
        if (_source is null)
        {
            value = default;
            return false;
        }

        var isRead = _source.TryRead(path, out var scalar);
        value = scalar.Operand;
        return isRead;
    }

    /// <summary>The request as the interpreter takes it; not for a flat one.</summary>
    public CedarRequest ToRequest() => CedarRequest.FromReferences(_principalReference!, _actionReference!, _resourceReference!, Context);

    public ResolvedEntity Resolve(Role role)
    {
        ref var resolved = ref Slot(role);
        return resolved ??= _layout is null
            ? Entities.Resolve(role, Reference(role).Uid)
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
    public readonly bool Is(Role role, int typeId) => _layout is null
        ? Reference(role).Uid.Type == Literals.Types[typeId].Name
        : _layout.TypeId(role) == typeId;

    /// <summary>The value of a variable.</summary>
    public CedarEntity Variable(Role role)
    {
        if (_layout is null)
        {
            return Reference(role);
        }

        // Only for an entity that nobody has named anywhere there is no object yet.
        return Resolve(role).Value ?? new CedarEntity(_layout.Layout.Uid(role, _flat.Id(role)));
    }

    private readonly CedarEntity Reference(Role role) => role switch
    {
        Role.Principal => _principalReference!,
        Role.Action => _actionReference!,
        _ => _resourceReference!,
    };

    private static CedarRecord RecordOf(ICedarContext source) =>
        source.ToRecord() ?? throw new InvalidOperationException("The context gave no record. An empty one is CedarRecord.Empty.");

    /// <summary>Whether the request came as plain values, so that a path into the context is a place among them.</summary>
    public readonly bool IsFlat => _layout is not null;

    /// <summary>Where a path into the context leads, step by step, for a flat request.</summary>
    public readonly LayoutPath FlatPath(int path) => _layout!.Path(path);

    /// <summary>Where a path into the context leads as a whole, for a flat request.</summary>
    public readonly int FlatTarget(int path) => _layout!.Targets[path];

    public readonly Operand FlatValue(int slot) => _flat.Values[slot].Operand;
}
