using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>
/// Everything that a schema declares, and what a name means in a namespace: first the name in that namespace, then the name
/// in the empty one; in each, a common type before an entity type. The built-in types live in <c>__cedar</c>, and in the empty
/// namespace too unless something declared there has their name.
/// </summary>
internal sealed class Definitions
{
    // Beyond this, looking for the nearest name would cost more than it helps.
    private const int MaxSuggestions = 5_000;

    private readonly Dictionary<string, Declaration<CommonTypeNode>> _commonTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Declaration<EntityTypeNode>> _entityTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<EntityUid, Declaration<ActionNode>> _actions = [];
    private readonly HashSet<string> _actionTypes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _builtIns = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Declaration<CommonTypeNode>> CommonTypes => _commonTypes;

    public IReadOnlyDictionary<string, Declaration<EntityTypeNode>> EntityTypes => _entityTypes;

    public IReadOnlyDictionary<EntityUid, Declaration<ActionNode>> Actions => _actions;

    public void Add(NamespaceNode @namespace, DiagnosticBag errors)
    {
        foreach (var node in @namespace.CommonTypes)
        {
            var name = @namespace.Qualify(node.Name);
            AddUnique(_commonTypes, name, new(name, node, @namespace, errors), "common type");
        }

        foreach (var node in @namespace.EntityTypes)
        {
            var name = @namespace.Qualify(node.Name);
            AddUnique(_entityTypes, name, new(name, node, @namespace, errors), "entity type");
            if (node.Name == SchemaNames.ActionType)
            {
                errors.Add(SchemaCodes.ActionEntityType, node.Range, "`Action` is the type of actions and cannot be declared as an entity type");
            }
        }

        var actionType = @namespace.Qualify(SchemaNames.ActionType);
        foreach (var node in @namespace.Actions)
        {
            var uid = EntityUid.FromChecked(actionType, node.Id);
            AddUnique(_actions, uid, new(uid.ToString(), node, @namespace, errors), "action");
            _actionTypes.Add(actionType);
        }
    }

    /// <summary>Ends the declarations: which built-in types are in reach is settled, and what hides what is refused.</summary>
    public void Complete()
    {
        foreach (var name in SchemaNames.BuiltIns)
        {
            _builtIns.Add($"{SchemaNames.BuiltInNamespace}::{name}");
            if (!_commonTypes.ContainsKey(name) && !_entityTypes.ContainsKey(name))
            {
                _builtIns.Add(name);
            }
        }

        RefuseShadowing(_commonTypes.Values);
        RefuseShadowing(_entityTypes.Values);
        foreach (var action in _actions)
        {
            if (action.Key.Type != SchemaNames.ActionType && _actions.ContainsKey(EntityUid.FromChecked(SchemaNames.ActionType, action.Key.Id)))
            {
                action.Value.Report(SchemaCodes.ShadowedAction, action.Value.Node.Range, $"the action `{CedarText.Shorten(action.Value.Name)}` hides the action of the same name in the empty namespace", "rename one of them");
            }
        }
    }

    public bool IsEntityType(string name) => _entityTypes.ContainsKey(name) || _actionTypes.Contains(name);

    public bool IsBuiltIn(string name) => _builtIns.Contains(name);

    /// <summary>What a name refers to, qualified, and whether that is a common (or built-in) type. Null where it refers to nothing.</summary>
    public (string Name, bool IsCommon)? Resolve(string name, NamespaceNode @namespace, NameKind kind)
    {
        if (@namespace.Name.Length > 0 && !SchemaNames.IsQualified(name) && ResolveExactly(@namespace.Qualify(name), kind) is { } inner)
        {
            return inner;
        }

        return ResolveExactly(name, kind);
    }

    private (string Name, bool IsCommon)? ResolveExactly(string name, NameKind kind)
    {
        if (kind != NameKind.Entity && (_commonTypes.ContainsKey(name) || _builtIns.Contains(name)))
        {
            return (name, true);
        }

        return kind != NameKind.Common && IsEntityType(name) ? (name, false) : null;
    }

    /// <summary>The action that a reference means, or null.</summary>
    public EntityUid? ResolveAction(ActionReferenceNode reference, NamespaceNode @namespace)
    {
        var type = reference.Type ?? SchemaNames.ActionType;
        if (@namespace.Name.Length > 0 && !SchemaNames.IsQualified(type))
        {
            var inner = EntityUid.FromChecked(@namespace.Qualify(type), reference.Id);
            if (_actions.ContainsKey(inner))
            {
                return inner;
            }
        }

        var outer = EntityUid.FromChecked(type, reference.Id);
        return _actions.ContainsKey(outer) ? outer : null;
    }

    /// <summary>A sentence that offers the type someone probably meant, or null.</summary>
    public string? Suggest(string name, NamespaceNode @namespace, NameKind kind)
    {
        IEnumerable<string> common = kind == NameKind.Entity ? [] : _commonTypes.Keys.Concat(SchemaNames.BuiltIns);
        IEnumerable<string> entities = kind == NameKind.Common ? [] : _entityTypes.Keys;
        var prefix = @namespace.Name.Length == 0 ? "" : @namespace.Name + "::";
        // A name of the same namespace is written without it.
        return Suggest(name, common.Concat(entities).Select(other => prefix.Length > 0 && other.StartsWith(prefix, StringComparison.Ordinal) ? other[prefix.Length..] : other));
    }

    public string? SuggestAction(string id) => Suggest(id, _actions.Keys.Select(uid => uid.Id));

    private static string? Suggest(string name, IEnumerable<string> candidates)
    {
        var few = candidates.Take(MaxSuggestions).ToList();
        if (Spelling.Suggest(name, few) is { } nearest)
        {
            return nearest;
        }

        // Often only the namespace is missing.
        var elsewhere = few.Find(candidate => SchemaNames.IsQualified(candidate) && SchemaNames.BaseName(candidate) == SchemaNames.BaseName(name));
        return elsewhere is null ? null : $"did you mean `{CedarText.Shorten(elsewhere)}`?";
    }

    private static void AddUnique<TKey, TNode>(Dictionary<TKey, Declaration<TNode>> all, TKey key, Declaration<TNode> declaration, string what)
        where TKey : notnull
        where TNode : SchemaNode
    {
        if (!all.TryAdd(key, declaration))
        {
            declaration.Report(SchemaCodes.DuplicateDeclaration, declaration.Node.Range, $"the {what} `{CedarText.Shorten(declaration.Name)}` is declared twice");
        }
    }

    private void RefuseShadowing<TNode>(IEnumerable<Declaration<TNode>> declarations)
        where TNode : SchemaNode
    {
        foreach (var declaration in declarations)
        {
            var name = SchemaNames.BaseName(declaration.Name);
            if (SchemaNames.IsQualified(declaration.Name) && (_commonTypes.ContainsKey(name) || _entityTypes.ContainsKey(name)))
            {
                declaration.Report(SchemaCodes.ShadowedType, declaration.Node.Range, $"the declaration of `{CedarText.Shorten(declaration.Name)}` hides that of `{CedarText.Shorten(name)}` in the empty namespace", "rename one of them, or move one to another namespace");
            }
        }
    }
}
