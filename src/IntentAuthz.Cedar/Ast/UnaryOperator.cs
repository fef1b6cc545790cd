namespace IntentAuthz.Cedar.Ast;

/// <summary>The operators of <see cref="UnaryExpr"/>.</summary>
internal enum UnaryOperator
{
    /// <summary><c>!a</c>.</summary>
    Not,

    /// <summary><c>-a</c>.</summary>
    Negate,

    /// <summary><c>a.isEmpty()</c>.</summary>
    IsEmpty,
}
