namespace IntentAuthz.Cedar.Ast;

/// <summary>The operators of <see cref="BinaryExpr"/>. Both operands are always evaluated, left before right.</summary>
internal enum BinaryOperator
{
    /// <summary><c>a == b</c>; never errors.</summary>
    Equal,

    /// <summary><c>a != b</c>; never errors.</summary>
    NotEqual,

    /// <summary><c>a &lt; b</c>, on longs, datetimes and durations.</summary>
    Less,

    /// <summary><c>a &lt;= b</c>.</summary>
    LessOrEqual,

    /// <summary><c>a &gt; b</c>.</summary>
    Greater,

    /// <summary><c>a &gt;= b</c>.</summary>
    GreaterOrEqual,

    /// <summary><c>a in b</c>: an entity in an entity or in a set of entities.</summary>
    In,

    /// <summary><c>a + b</c>, checked.</summary>
    Add,

    /// <summary><c>a - b</c>, checked.</summary>
    Subtract,

    /// <summary><c>a * b</c>, checked.</summary>
    Multiply,

    /// <summary><c>a.contains(b)</c>.</summary>
    Contains,

    /// <summary><c>a.containsAll(b)</c>.</summary>
    ContainsAll,

    /// <summary><c>a.containsAny(b)</c>.</summary>
    ContainsAny,

    /// <summary><c>a.getTag(b)</c>.</summary>
    GetTag,

    /// <summary><c>a.hasTag(b)</c>.</summary>
    HasTag,
}
