using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Schemas;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// What the scope of a policy says about request environments. Environments in which it is known to be false need no check of
/// the conditions. A scope that names an entity which is not declared is reported elsewhere, and is not false.
/// </summary>
internal sealed class ScopeCheck
{
    private readonly SchemaContent _schema;
    private readonly TypeHierarchy _hierarchy;
    private readonly ScopeConstraint _principal;
    private readonly ScopeConstraint _resource;

    public ScopeCheck(SchemaContent schema, TypeHierarchy hierarchy, PolicyBody body, ScopeConstraint principal, ScopeConstraint resource, bool isStrict)
    {
        _schema = schema;
        _hierarchy = hierarchy;
        _principal = principal;
        _resource = resource;
        ActionProblem = isStrict ? ProblemOf(body.Action) : null;
        Applicable = Select(body.Action);
        // An ill-typed list of actions, or one with an unknown member, rules out no action.
        Possible = ActionProblem is not null || (body.Action.Kind is ScopeKind.In or ScopeKind.InSet && !body.Action.EntityArray.All(schema.Actions.ContainsKey))
            ? schema.Actions.Values
            : Applicable;
    }

    /// <summary>What is wrong with the list of actions, to be reported if any environment reaches it.</summary>
    public string? ActionProblem { get; }

    /// <summary>The actions that satisfy the constraint.</summary>
    public IEnumerable<ActionInfo> Applicable { get; }

    /// <summary>The actions for which the constraint is not known to be false.</summary>
    public IEnumerable<ActionInfo> Possible { get; }

    public bool IsPrincipalPossible(string type) => IsPossible(_principal, type);

    public bool IsResourcePossible(string type) => IsPossible(_resource, type);

    /// <summary>Whether some action that satisfies its constraint applies to a principal and a resource that satisfy theirs.</summary>
    public bool Applies() => Applicable.Any(action => action.Principals.Any(type => Satisfies(_principal, type)) && action.Resources.Any(type => Satisfies(_resource, type)));

    /// <summary>Whether <c>==</c> with an entity of a wrong type was written where <c>in</c> would apply.</summary>
    public bool WouldInFix(bool isPrincipal)
    {
        var constraint = isPrincipal ? _principal : _resource;
        if (constraint is not { Kind: ScopeKind.Equal, EntityArray: [var entity] })
        {
            return false;
        }

        var types = Applicable.SelectMany(action => isPrincipal ? action.Principals : action.Resources).ToHashSet(StringComparer.Ordinal);
        return !types.Contains(entity.Type) && types.Any(type => _hierarchy.MayBeBelow(type, entity.Type));
    }

    private static string? ProblemOf(ScopeConstraint action)
    {
        if (action.Kind != ScopeKind.InSet)
        {
            return null;
        }

        var types = action.EntityArray.Select(entity => entity.Type).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return types.Count switch
        {
            0 => "an empty set has no type in strict validation",
            2 => $"the elements of a set must have one type, but are `{types[0]}` and `{types[1]}`",
            _ => null,
        };
    }

    private IEnumerable<ActionInfo> Select(ScopeConstraint constraint)
    {
        var entities = constraint.EntityArray;
        switch (constraint.Kind)
        {
            case ScopeKind.Any:
                return _schema.Actions.Values;
            case ScopeKind.Equal:
                return _schema.Actions.TryGetValue(entities[0], out var single) ? [single] : [];
            default:
                if (!entities.All(_schema.Actions.ContainsKey))
                {
                    return [];
                }

                return [.. entities.SelectMany(entity => _schema.Actions[entity].Descendants.Append(entity)).Distinct().Select(uid => _schema.Actions[uid])];
        }
    }

    private bool IsPossible(ScopeConstraint constraint, string type)
    {
        if (constraint.EntityType is { } expected && expected != type)
        {
            return false;
        }

        if (constraint.HasSlot || constraint.EntityArray is not [var entity] || !IsDeclared(entity))
        {
            return true;
        }

        return constraint.Kind == ScopeKind.Equal ? entity.Type == type : _hierarchy.MayBeBelow(type, entity.Type);
    }

    private bool Satisfies(ScopeConstraint constraint, string type)
    {
        if (constraint.EntityType is { } expected && expected != type)
        {
            return false;
        }

        if (constraint.HasSlot || constraint.EntityArray is not [var entity])
        {
            return true;
        }

        return constraint.Kind == ScopeKind.Equal ? entity.Type == type : _hierarchy.MayBeBelow(type, entity.Type);
    }

    private bool IsDeclared(EntityUid uid) =>
        SchemaNames.IsActionType(uid.Type) ? _schema.Actions.ContainsKey(uid) : _schema.EntityTypes.ContainsKey(uid.Type);
}
