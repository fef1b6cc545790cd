using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>Gives numbers to the names that policies use, while these are compiled.</summary>
internal sealed class LiteralTableBuilder
{
    private readonly Dictionary<EntityUid, LiteralEntity> _entities = [];
    private readonly List<LiteralEntity> _entitiesById = [];
    private readonly List<LiteralType> _typesById = [];
    private readonly Dictionary<string, LiteralType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _pathsByText = new(StringComparer.Ordinal);
    private readonly List<ImmutableArray<string>> _paths = [];
    private readonly Dictionary<string, int> _setsByText = new(StringComparer.Ordinal);
    private readonly List<int[]> _sets = [];

    public LiteralEntity Entity(EntityUid uid)
    {
        if (!_entities.TryGetValue(uid, out var literal))
        {
            _entities.Add(uid, literal = new(_entities.Count, uid));
            _entitiesById.Add(literal);
        }

        return literal;
    }

    /// <summary>The number of an entity that something is asked to be in.</summary>
    public int Container(EntityUid uid)
    {
        var literal = Entity(uid);
        literal.IsContainer = true;
        return literal.Id;
    }

    public LiteralType Type(string type)
    {
        if (!_types.TryGetValue(type, out var literal))
        {
            _types.Add(type, literal = new(_types.Count, type));
            _typesById.Add(literal);
        }

        return literal;
    }

    public int ContextPath(ImmutableArray<string> path)
    {
        // Names may hold any character, so a separator alone would not keep ["a.b"] and ["a", "b"] apart.
        var text = string.Join('.', path.Select(CedarText.Quote));
        if (!_pathsByText.TryGetValue(text, out var id))
        {
            _pathsByText.Add(text, id = _paths.Count);
            _paths.Add(path);
        }

        return id;
    }

    public int ContainerSet(IEnumerable<EntityUid> uids)
    {
        var ids = uids.Select(Container).Distinct().Order().ToArray();
        var text = string.Join(',', ids);
        if (!_setsByText.TryGetValue(text, out var number))
        {
            _setsByText.Add(text, number = _sets.Count);
            _sets.Add(ids);
        }

        return number;
    }

    /// <summary>Lays a block of rules under its key.</summary>
    public void Keep(RuleIndexKey key, RuleBlock block)
    {
        if (key.Kind == ScopeKind.Is)
        {
            _typesById[key.Id].Keep(key.Role, block);
        }
        else
        {
            _entitiesById[key.Id].Keep(key.Role, key.Kind == ScopeKind.In, block);
        }
    }

    public LiteralTable Build() => new(
        [.. _entitiesById],
        [.. _typesById],
        [.. _paths],
        [.. _sets]);
}
