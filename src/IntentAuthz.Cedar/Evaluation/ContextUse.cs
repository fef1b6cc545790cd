using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>Which attributes of the context policies may read. Errs on the side of too many.</summary>
internal sealed class ContextUse
{
    private readonly HashSet<string> _attributes = new(StringComparer.Ordinal);
    private bool _readsWhole;

    public static ContextUse Of(PolicyBody policy)
    {
        var use = new ContextUse();
        foreach (var condition in policy.Conditions)
        {
            use.Visit(condition.Body);
        }

        return use;
    }

    public bool Reads(string attribute) => _readsWhole || _attributes.Contains(attribute);

    private void Visit(Expr expr)
    {
        switch (expr)
        {
            case GetAttributeExpr { Target: VariableExpr { Variable: CedarVariable.Context } } get:
                _attributes.Add(get.Attribute);
                return;
            case HasExpr { Target: VariableExpr { Variable: CedarVariable.Context } } has:
                _attributes.Add(has.Path[0]);
                return;
            case VariableExpr { Variable: CedarVariable.Context }:
                _readsWhole = true;
                return;
        }

        foreach (var child in ExprChildren.Of(expr))
        {
            Visit(child);
        }
    }
}
