using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// <c>a has name</c>, <c>a has "name"</c>, or <c>a has b.c.d</c>, which means <c>a has b &amp;&amp; a.b has c &amp;&amp; a.b.c has d</c>.
/// </summary>
internal sealed class HasExpr(Expr target, ImmutableArray<string> path, TextRange pathRange, TextRange range)
    : Expr(range, target.Height + 1)
{
    public Expr Target { get; } = target;

    /// <summary>One name, or several for the dotted form, all of which are then identifiers.</summary>
    public ImmutableArray<string> Path { get; } = path;

    /// <summary>Where the path stands, for messages about it.</summary>
    public TextRange PathRange { get; } = pathRange;
}
