namespace IntentAuthz.Cedar.Ast;

/// <summary>The direct operands of an expression, in the order in which they are written, for walks that treat most nodes alike.</summary>
internal static class ExprChildren
{
    public static IEnumerable<Expr> Of(Expr expr) => expr switch
    {
        LiteralExpr or VariableExpr or SlotExpr => [],
        AndExpr and => and.Operands,
        OrExpr or => or.Operands,
        UnaryExpr unary => [unary.Operand],
        BinaryExpr binary => [binary.Left, binary.Right],
        IfExpr conditional => [conditional.Condition, conditional.WhenTrue, conditional.WhenFalse],
        GetAttributeExpr get => [get.Target],
        HasExpr has => [has.Target],
        LikeExpr like => [like.Target],
        IsExpr @is => @is.Container is null ? [@is.Target] : [@is.Target, @is.Container],
        SetExpr set => set.Elements,
        RecordExpr record => record.Entries.Select(entry => entry.Value),
        ExtensionCallExpr call => call.Arguments,
        _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
    };
}
