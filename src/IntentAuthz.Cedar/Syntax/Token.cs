namespace IntentAuthz.Cedar.Syntax;

/// <summary>One token: its kind and where it is.</summary>
internal readonly record struct Token(TokenKind Kind, TextRange Range);
