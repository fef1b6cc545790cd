using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Checks that every entity type, action and enumerated id that a policy names is declared, wherever it stands.</summary>
internal sealed class NameReferences(SchemaContent schema, FindingList findings)
{
    // Beyond this, looking for the nearest name would cost more than it helps.
    private const int MaxSuggestions = 5_000;

    public void Check(PolicyBody body)
    {
        foreach (var constraint in new[] { body.Principal, body.Action, body.Resource })
        {
            CheckConstraint(constraint);
        }

        var pending = new Stack<Expr>(body.Conditions.Select(condition => condition.Body));
        while (pending.TryPop(out var expr))
        {
            switch (expr)
            {
                case LiteralExpr { Value: CedarEntity entity }:
                    CheckEntity(entity.Uid, expr.Range);
                    break;
                case IsExpr @is:
                    CheckType(@is.EntityType, @is.TypeRange);
                    break;
            }

            foreach (var child in ExprChildren.Of(expr))
            {
                pending.Push(child);
            }
        }
    }

    /// <summary>Checks the type of an entity that fills a slot.</summary>
    public void CheckSlot(EntityUid uid, TextRange range) => CheckType(uid.Type, range);

    private void CheckConstraint(ScopeConstraint constraint)
    {
        if (constraint.EntityType is { } type)
        {
            CheckType(type, constraint.Range);
        }

        foreach (var entity in constraint.EntityArray)
        {
            CheckEntity(entity, constraint.Range);
        }
    }

    private void CheckEntity(EntityUid uid, TextRange range)
    {
        if (SchemaNames.IsActionType(uid.Type))
        {
            if (!schema.Actions.ContainsKey(uid))
            {
                findings.Add(FindingCodes.UnknownAction, range, $"the action `{CedarText.Shorten(uid.ToString())}` is not declared", SuggestAction(uid));
            }

            return;
        }

        CheckType(uid.Type, range);
        if (schema.EntityTypes.TryGetValue(uid.Type, out var info) && !info.Allows(uid.Id))
        {
            findings.Add(FindingCodes.InvalidEnumId, range, $"`{CedarText.Shorten(uid.ToString())}` is not one of the entities of `{CedarText.Shorten(uid.Type)}`",
                Spelling.Suggest(uid.Id, info.EnumIds.Take(MaxSuggestions)) ?? $"they are {string.Join(", ", info.EnumIds.Take(10).Select(id => CedarText.Quote(CedarText.Shorten(id))))}");
        }
    }

    private void CheckType(string type, TextRange range)
    {
        if (!SchemaNames.IsActionType(type) && !schema.EntityTypes.ContainsKey(type))
        {
            findings.Add(FindingCodes.UnknownEntityType, range, $"the entity type `{CedarText.Shorten(type)}` is not declared", SuggestType(type));
        }
    }

    private string? SuggestType(string type)
    {
        var names = schema.EntityTypes.Keys.Take(MaxSuggestions).ToList();
        var elsewhere = names.Find(name => SchemaNames.BaseName(name) == SchemaNames.BaseName(type));
        return elsewhere is null ? Spelling.Suggest(type, names) : $"did you mean `{CedarText.Shorten(elsewhere)}`?";
    }

    private string? SuggestAction(EntityUid uid)
    {
        var known = schema.Actions.Keys.Take(MaxSuggestions).ToList();
        if (known.Find(other => other.Id == uid.Id) is { Type.Length: > 0 } elsewhere)
        {
            return $"did you mean `{CedarText.Shorten(elsewhere.ToString())}`?";
        }

        return Spelling.Nearest(uid.Id, known.Select(other => other.Id)) is { } nearest
            ? $"did you mean `{CedarText.Shorten(known.Find(other => other.Id == nearest).ToString())}`?"
            : null;
    }
}
