using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>One attribute of a record literal.</summary>
internal sealed record RecordEntry(string Name, TextRange NameRange, Expr Value);
