using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>A <c>when</c> or <c>unless</c> clause. The range covers the keyword and the braces too.</summary>
internal sealed record Condition(bool IsWhen, Expr Body, TextRange Range);
