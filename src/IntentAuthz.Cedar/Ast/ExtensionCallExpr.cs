using System.Collections.Immutable;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// A call of an extension function or method; the receiver of a method is the first argument. The number of arguments is not
/// checked when parsing but, as in the reference, when the call is evaluated.
/// </summary>
internal sealed class ExtensionCallExpr(ExtensionFunction function, ImmutableArray<Expr> arguments, TextRange range)
    : Expr(range, HeightOf(arguments))
{
    public ExtensionFunction Function { get; } = function;

    public ImmutableArray<Expr> Arguments { get; } = arguments;
}
