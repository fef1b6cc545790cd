using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>
/// Parses the scope of a policy. Each constraint is read as the expression it looks like and then held against the few forms
/// that are allowed, so that a wrong one gets an error that names what is wrong with it.
/// </summary>
internal sealed class ScopeParser(TokenReader reader, ExpressionParser expressions)
{
    private const string Shape = "a scope is `(principal …, action …, resource …)`, in that order";

    /// <summary>The three constraints, or null after a syntax error.</summary>
    public (ScopeConstraint Principal, ScopeConstraint Action, ScopeConstraint Resource)? Parse()
    {
        var open = reader.Current.Range;
        if (!reader.Expect(TokenKind.OpenParenthesis, "`(`"))
        {
            return null;
        }

        Span<string> variables = ["principal", "action", "resource"];
        var constraints = new ScopeConstraint[3];
        Array.Fill(constraints, ScopeConstraint.Any);
        var count = 0;
        while (!reader.TryTake(TokenKind.CloseParenthesis))
        {
            var start = reader.Current.Range;
            if (ParseConstraint(count < 3 ? variables[count] : null) is not { } constraint)
            {
                return null;
            }

            if (count < 3)
            {
                constraints[count] = constraint;
            }
            else
            {
                reader.Diagnostics.Add(DiagnosticCodes.InvalidScope, start.To(reader.Previous.Range), "the scope has too many parts", Shape);
            }

            count++;
            if (!reader.TryTake(TokenKind.Comma) && !reader.At(TokenKind.CloseParenthesis))
            {
                reader.ReportUnexpected("`,` or `)`");
                return null;
            }
        }

        for (; count < 3; count++)
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidScope, open.To(reader.Previous.Range), $"the scope lacks `{variables[count]}`", Shape);
        }

        return (constraints[0], constraints[1], constraints[2]);
    }

    private ScopeConstraint? ParseConstraint(string? variable)
    {
        var start = reader.Current.Range;
        if (!reader.At(TokenKind.Identifier))
        {
            reader.ReportUnexpected(variable is null ? "`)`" : $"`{variable}`", Shape);
            return null;
        }

        var word = reader.Take();
        if (variable is not null && !reader.Text(word).SequenceEqual(variable))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidScope, word.Range, $"expected `{variable}`, found {reader.Describe(word)}", Shape);
        }

        if (reader.At(TokenKind.Colon))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidScope, reader.Current.Range, "a type after `:` is not supported", "use `is`");
            return null;
        }

        var isAction = variable == "action";
        string? type = null;
        if (reader.AtWord("is"))
        {
            var keyword = reader.Take().Range;
            if (expressions.ParseEntityType() is not { } parsed)
            {
                return null;
            }

            type = parsed.Name;
            if (isAction)
            {
                reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeOperator, keyword, "`is` is not allowed for the action", "write it as a condition: `when { action is … }`");
            }
        }

        var relationRange = reader.Current.Range;
        if (expressions.TakeRelation() is not { } relation)
        {
            return new(type is null ? ScopeKind.Any : ScopeKind.Is, type, [], false, start.To(reader.Previous.Range));
        }

        expressions.AllowSlots = true;
        var operand = expressions.Parse();
        expressions.AllowSlots = false;
        if (operand is null)
        {
            return null;
        }

        var range = start.To(reader.Previous.Range);
        return isAction
            ? ActionConstraint(relation, relationRange, operand, range)
            : EntityConstraint(variable ?? "principal", relation, relationRange, type, operand, range);
    }

    private ScopeConstraint EntityConstraint(string variable, BinaryOperator relation, TextRange relationRange, string? type, Expr operand, TextRange range)
    {
        if (relation is not (BinaryOperator.Equal or BinaryOperator.In))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeOperator, relationRange, "this operator is not allowed in a scope",
                "a scope uses `==`, `in`, `is` or `is … in`; anything else is a condition");
            return ScopeConstraint.Any;
        }

        if (relation == BinaryOperator.Equal && type is not null)
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeOperator, relationRange, "`is` and `==` cannot be combined", "use `is … in`, or `==` alone");
            return ScopeConstraint.Any;
        }

        var kind = relation == BinaryOperator.Equal ? ScopeKind.Equal : type is null ? ScopeKind.In : ScopeKind.IsIn;
        switch (operand)
        {
            case SlotExpr { Slot: var slot } when (slot == CedarVariable.Principal ? "principal" : "resource") == variable:
                return new(kind, type, [], true, range);
            case SlotExpr:
                reader.Diagnostics.Add(DiagnosticCodes.InvalidSlot, operand.Range, $"only `?{variable}` may stand here");
                return ScopeConstraint.Any;
            default:
                return ToEntity(operand, "an entity or a slot") is { } uid ? new(kind, type, [uid], false, range) : ScopeConstraint.Any;
        }
    }

    private ScopeConstraint ActionConstraint(BinaryOperator relation, TextRange relationRange, Expr operand, TextRange range)
    {
        switch (relation)
        {
            case BinaryOperator.Equal:
                return ToAction(operand, "an entity") is { } equal ? new(ScopeKind.Equal, null, [equal], false, range) : ScopeConstraint.Any;
            case BinaryOperator.In when operand is SetExpr set:
                var entities = ImmutableArray.CreateBuilder<EntityUid>(set.Elements.Length);
                foreach (var element in set.Elements)
                {
                    if (ToAction(element, "an entity") is { } uid)
                    {
                        entities.Add(uid);
                    }
                }

                return new(ScopeKind.InSet, null, entities.ToImmutable(), false, range);
            case BinaryOperator.In:
                return ToAction(operand, "an entity or a set of entities") is { } single ? new(ScopeKind.In, null, [single], false, range) : ScopeConstraint.Any;
            default:
                reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeOperator, relationRange, "this operator is not allowed for the action",
                    "the action uses `==`, `in` or `in […]`; anything else is a condition");
                return ScopeConstraint.Any;
        }
    }

    private EntityUid? ToAction(Expr operand, string expected)
    {
        if (ToEntity(operand, expected) is not { } uid)
        {
            return null;
        }

        if (!ActionTypes.IsAction(uid.Type))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidActionType, operand.Range, $"an action has the type `Action`, found `{CedarText.Shorten(uid.Type)}`",
                "the type may stand in a namespace, such as `Docs::Action`");
            return null;
        }

        return uid;
    }

    private EntityUid? ToEntity(Expr operand, string expected)
    {
        switch (operand)
        {
            case LiteralExpr { Value: CedarEntity entity }:
                return entity.Uid;
            case IsExpr:
                reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeOperator, operand.Range, "where `is` and `in` are combined, `is` comes first", "write `is … in …`");
                return null;
            case LiteralExpr { Value: CedarString }:
                reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeEntity, operand.Range, $"expected {expected}, found a string", "an entity is written `Type::\"id\"`");
                return null;
            case SlotExpr:
                reader.Diagnostics.Add(DiagnosticCodes.InvalidSlot, operand.Range, "a slot cannot stand here");
                return null;
            default:
                // A placeholder stands for an expression that was reported already.
                if (operand is not LiteralExpr { Value: CedarBool } || !reader.Diagnostics.Any)
                {
                    reader.Diagnostics.Add(DiagnosticCodes.InvalidScopeEntity, operand.Range, $"expected {expected}, found another expression",
                        "anything beyond a comparison with an entity is a condition: `when { … }`");
                }

                return null;
        }
    }
}
