using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>The relations with a word for an operator and something other than an expression on the right, and the names they take.</summary>
internal sealed partial class ExpressionParser
{
    private Expr? ParseHas(Expr target)
    {
        reader.Take();
        if (reader.At(TokenKind.String))
        {
            var literal = reader.Take();
            return Bounded(new HasExpr(target, [StringEscapes.Unescape(reader, literal)], literal.Range, target.Range.To(literal.Range)));
        }

        var path = ImmutableArray.CreateBuilder<string>();
        var start = reader.Current.Range;
        do
        {
            if (!reader.At(TokenKind.Identifier))
            {
                reader.ReportUnexpected("an attribute name or a string", "`has` is followed by `name`, `\"name\"` or `name.name`");
                return null;
            }

            path.Add(TakeIdentifier());
        }
        while (reader.TryTake(TokenKind.Dot));
        return Bounded(new HasExpr(target, path.ToImmutable(), start.To(reader.Previous.Range), target.Range.To(reader.Previous.Range)));
    }

    private Expr? ParseLike(Expr target)
    {
        reader.Take();
        if (!reader.At(TokenKind.String))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidPattern, reader.Current.Range,
                $"the pattern of `like` must be a string literal, found {reader.Describe(reader.Current)}");
            return null;
        }

        var literal = reader.Take();
        return Bounded(new LikeExpr(target, StringEscapes.UnescapePattern(reader, literal), target.Range.To(literal.Range)));
    }

    private Expr? ParseIs(Expr target)
    {
        reader.Take();
        if (ParseEntityType() is not { } type)
        {
            return null;
        }

        Expr? container = null;
        if (reader.TryTakeWord("in") && (container = ParseSum()) is null)
        {
            return null;
        }

        return Bounded(new IsExpr(target, type.Name, type.Range, container, target.Range.To(reader.Previous.Range)));
    }

    /// <summary>Parses the type after <c>is</c>.</summary>
    public (string Name, TextRange Range)? ParseEntityType()
    {
        if (reader.At(TokenKind.String))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidEntityType, reader.Current.Range,
                $"`is` needs an entity type, found the string {reader.Describe(reader.Current)}", "remove the quotes");
            reader.Take();
            return ("", reader.Previous.Range);
        }

        if (!reader.At(TokenKind.Identifier))
        {
            reader.ReportUnexpected("an entity type");
            return null;
        }

        var start = reader.Current.Range;
        var name = ParsePath();
        if (reader.At(TokenKind.DoubleColon))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidEntityType, start.To(reader.Current.Range),
                "`is` needs an entity type, found an entity", $"use `==` to compare with an entity, or `is {name}` to test the type");
            return null;
        }

        return (name, start.To(reader.Previous.Range));
    }

    /// <summary>Takes a word that must not be reserved; a reserved one is reported.</summary>
    public string TakeIdentifier()
    {
        var token = reader.Take();
        var text = reader.Text(token);
        if (CedarIdentifier.IsReserved(text))
        {
            reader.Diagnostics.Add(DiagnosticCodes.ReservedIdentifier, token.Range, $"`{text}` is reserved and cannot be a name",
                $"an attribute of that name can be reached with [\"{text}\"]");
        }

        return reader.Intern(text);
    }

    /// <summary>Takes words joined by <c>::</c>, up to a <c>::</c> that no word follows.</summary>
    private string ParsePath()
    {
        var first = TakeIdentifier();
        if (!reader.At(TokenKind.DoubleColon) || reader.PeekKind() != TokenKind.Identifier)
        {
            return first;
        }

        var path = new System.Text.StringBuilder(first);
        while (reader.At(TokenKind.DoubleColon) && reader.PeekKind() == TokenKind.Identifier)
        {
            reader.Take();
            path.Append("::").Append(TakeIdentifier());
        }

        return reader.Intern(path.ToString());
    }
}
