using System.Runtime.CompilerServices;

namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>A layout with what it needs of one binding: the entities of its three types with their rules, and where paths lead.</summary>
internal sealed class BoundLayout
{
    private readonly LiteralTable _literals;
    private readonly BoundEntities _resolver;
    private readonly LayoutPath[] _paths;
    private readonly Role[] _roles;
    private readonly NameTable<FlatEntity>[] _entities;
    private readonly FlatEntity[] _unknown;
    private readonly int[] _typeIds;

    public BoundLayout(RequestLayout layout, LiteralTable literals, BoundEntities entities, RuleIndex index)
    {
        Layout = layout;
        _literals = literals;
        _resolver = entities;
        _paths = [.. literals.ContextPaths.Select(layout.Root.Follow)];
        Targets = [.. _paths.Select(path => path.Target)];
        var compiler = new FlatCompiler(literals, layout, Targets);
        _roles = index.Roles.IsEmpty ? [Role.Action] : [.. index.Roles];
        FlatEntity Compile(ResolvedEntity entity, Role role)
        {
            // The rules for all requests come with the first entity that is looked up anyway.
            var blocks = entity.Blocks(role);
            return new(entity, compiler.Compile(role == _roles[0] ? [index.Always, .. blocks] : blocks));
        }

        var roles = Enum.GetValues<Role>();
        var types = roles.Select(role => entities.FindType(layout.Type(role))).ToArray();
        _typeIds = [.. types.Select(type => type.Id)];
        _unknown = [.. roles.Select(role => Compile(types[(int)role].Unknown, role))];
        _entities =
        [
            .. roles.Select(role => new NameTable<FlatEntity>(
                [.. types[(int)role].Known.Select(pair => KeyValuePair.Create(pair.Key, Compile(pair.Value, role)))])),
        ];
    }

    public RequestLayout Layout { get; }

    /// <summary>Where each path leads as a whole: a hot path reads nothing but this.</summary>
    public int[] Targets { get; }

    public int TypeId(Role role) => _typeIds[(int)role];

    public LayoutPath Path(int path) => _paths[path];

    public FlatEntity Find(Role role, string id) => _entities[(int)role].Find(id) ?? _unknown[(int)role];

    /// <summary>The decision alone: forbids first, and the first that applies decides; then permits, likewise.</summary>
    public CedarDecision Decide(in FlatRequest request)
    {
        // Nearly always it is the action alone that brings rules into question.
        var first = Find(_roles[0], request.Id(_roles[0]));
        if (_roles.Length == 1)
        {
            return Decide(in request, new ReadOnlySpan<FlatEntity>(in first));
        }

        var found = default(FoundEntities);
        found[0] = first;
        for (var i = 1; i < _roles.Length; i++)
        {
            found[i] = Find(_roles[i], request.Id(_roles[i]));
        }

        return Decide(in request, ((ReadOnlySpan<FlatEntity>)found)[.._roles.Length]);
    }

    private CedarDecision Decide(in FlatRequest request, ReadOnlySpan<FlatEntity> entities)
    {
        var hasOthers = false;
        foreach (var entity in entities)
        {
            foreach (var block in entity.Blocks)
            {
                if (block.AnyPlainForbids(request.Values))
                {
                    return CedarDecision.Deny;
                }

                hasOthers |= block.HasOtherForbids;
            }
        }

        if (hasOthers && AnyOther(in request, entities, PolicyEffect.Forbid))
        {
            return CedarDecision.Deny;
        }

        hasOthers = false;
        foreach (var entity in entities)
        {
            foreach (var block in entity.Blocks)
            {
                if (block.AnyPlainPermits(request.Values))
                {
                    return CedarDecision.Allow;
                }

                hasOthers |= block.HasOtherPermits;
            }
        }

        return hasOthers && AnyOther(in request, entities, PolicyEffect.Permit) ? CedarDecision.Allow : CedarDecision.Deny;
    }

    private bool AnyOther(in FlatRequest request, ReadOnlySpan<FlatEntity> entities, PolicyEffect effect)
    {
        var view = new RequestView(_literals, _resolver, this, request);
        foreach (var entity in entities)
        {
            foreach (var block in entity.Blocks)
            {
                foreach (ref readonly var rule in effect == PolicyEffect.Forbid ? block.OtherForbids : block.OtherPermits)
                {
                    if (rule.Test(ref view) == Truth.True)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    [InlineArray(3)]
    private struct FoundEntities
    {
        private FlatEntity _first;
    }
}
