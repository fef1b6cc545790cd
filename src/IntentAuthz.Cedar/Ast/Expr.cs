using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// An expression of a policy: immutable data, one sealed class a node. <see cref="Height"/> never exceeds
/// <see cref="CedarLimits.MaxExpressionDepth"/> in a tree that a reader has let through, so that code may recurse over it.
/// </summary>
internal abstract class Expr
{
    private protected Expr(TextRange range, int height)
    {
        Range = range;
        Height = height;
    }

    /// <summary>Where the expression stands in its source; empty for one that was not read from text.</summary>
    public TextRange Range { get; }

    /// <summary>1 for a leaf, else one more than the highest operand.</summary>
    public int Height { get; }

    private protected static int HeightOf(IEnumerable<Expr> operands)
    {
        var height = 0;
        foreach (var operand in operands)
        {
            height = Math.Max(height, operand.Height);
        }

        return height + 1;
    }
}
