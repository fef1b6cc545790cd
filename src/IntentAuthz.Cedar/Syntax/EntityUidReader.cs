using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>Reads a text that is one entity uid and nothing else.</summary>
internal static class EntityUidReader
{
    public static EntityUid? Read(string text)
    {
        var source = new SourceText(text, null);
        var diagnostics = new DiagnosticBag(source);
        if (!PolicyParser.CheckSource(source, diagnostics))
        {
            return null;
        }

        // Starting with a name leaves out a uid in parentheses, which is an expression but not a uid.
        var reader = new TokenReader(source, diagnostics);
        return reader.At(TokenKind.Identifier)
            && new ExpressionParser(reader).Parse() is LiteralExpr { Value: CedarEntity entity }
            && reader.At(TokenKind.EndOfFile) && !diagnostics.Any
            ? entity.Uid
            : null;
    }
}
