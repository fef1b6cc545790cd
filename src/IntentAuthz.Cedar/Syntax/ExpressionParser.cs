using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>
/// Parses expressions by recursive descent, one method a level of precedence. A syntax error is reported once and makes every
/// method return null up to the policy; an error of meaning (a reserved word, an unknown method) is reported, and parsing goes on.
/// Nesting is counted, so that no input can overflow the stack.
/// </summary>
internal sealed partial class ExpressionParser(TokenReader reader)
{
    private int _depth;

    /// <summary>Whether template slots are allowed: in a scope.</summary>
    public bool AllowSlots { get; set; }

    /// <summary>Parses <c>if … then … else …</c> or any other expression.</summary>
    public Expr? Parse()
    {
        if (_depth >= CedarLimits.MaxExpressionDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            ReportTooDeep(reader.Current.Range);
            return null;
        }

        _depth++;
        var expr = reader.AtWord("if") && reader.PeekKind() != TokenKind.DoubleColon ? ParseIf() : ParseOr();
        _depth--;
        return expr;
    }

    private Expr? ParseIf()
    {
        var start = reader.Take().Range;
        if (Parse() is not { } condition || !ExpectWord("then") || Parse() is not { } whenTrue
            || !ExpectWord("else") || Parse() is not { } whenFalse)
        {
            return null;
        }

        return Bounded(new IfExpr(condition, whenTrue, whenFalse, start.To(whenFalse.Range)));
    }

    private bool ExpectWord(string word)
    {
        if (reader.TryTakeWord(word))
        {
            return true;
        }

        reader.ReportUnexpected($"`{word}`", "a conditional is written `if … then … else …`");
        return false;
    }

    private Expr? ParseOr()
    {
        var first = ParseAnd();
        if (first is null || !reader.At(TokenKind.Or))
        {
            return first;
        }

        // A chain in parentheses at the front is the same chain: the operators associate to the left.
        var operands = ImmutableArray.CreateBuilder<Expr>();
        operands.AddRange(first is OrExpr chain ? chain.Operands : [first]);
        while (reader.TryTake(TokenKind.Or))
        {
            if (ParseAnd() is not { } next)
            {
                return null;
            }

            operands.Add(next);
        }

        return Bounded(new OrExpr(operands.ToImmutable(), first.Range.To(reader.Previous.Range)));
    }

    private Expr? ParseAnd()
    {
        var first = ParseRelation();
        if (first is null || !reader.At(TokenKind.And))
        {
            return first;
        }

        // A chain in parentheses at the front is the same chain: the operators associate to the left.
        var operands = ImmutableArray.CreateBuilder<Expr>();
        operands.AddRange(first is AndExpr chain ? chain.Operands : [first]);
        while (reader.TryTake(TokenKind.And))
        {
            if (ParseRelation() is not { } next)
            {
                return null;
            }

            operands.Add(next);
        }

        return Bounded(new AndExpr(operands.ToImmutable(), first.Range.To(reader.Previous.Range)));
    }

    private Expr? ParseRelation()
    {
        if (ParseSum() is not { } left)
        {
            return null;
        }

        if (reader.AtWord("has"))
        {
            return ParseHas(left);
        }

        if (reader.AtWord("like"))
        {
            return ParseLike(left);
        }

        if (reader.AtWord("is"))
        {
            return ParseIs(left);
        }

        if (TakeRelation() is not { } relation)
        {
            return left;
        }

        if (ParseSum() is not { } right)
        {
            return null;
        }

        if (PeekRelation() is not null)
        {
            reader.Diagnostics.Add(DiagnosticCodes.AmbiguousOperators, reader.Current.Range,
                "comparisons cannot be chained", "join them with `&&`, or use parentheses");
            return null;
        }

        return Bounded(new BinaryExpr(relation, left, right, left.Range.To(right.Range)));
    }

    /// <summary>The comparison operator at the current token. A single <c>=</c> is reported and read as <c>==</c>.</summary>
    public BinaryOperator? TakeRelation()
    {
        if (PeekRelation() is not { } relation)
        {
            return null;
        }

        if (reader.At(TokenKind.SingleEqual))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidOperator, reader.Current.Range, "`=` is not an operator", "use `==`");
        }

        reader.Take();
        return relation;
    }

    private BinaryOperator? PeekRelation() => reader.Current.Kind switch
    {
        TokenKind.Equal or TokenKind.SingleEqual => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        TokenKind.Identifier when reader.AtWord("in") => BinaryOperator.In,
        _ => null,
    };

    private Expr? ParseSum()
    {
        var left = ParseProduct();
        while (left is not null && reader.Current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            var @operator = reader.Take().Kind == TokenKind.Plus ? BinaryOperator.Add : BinaryOperator.Subtract;
            if (ParseProduct() is not { } right)
            {
                return null;
            }

            left = Bounded(new BinaryExpr(@operator, left, right, left.Range.To(right.Range)));
        }

        return left;
    }

    private Expr? ParseProduct()
    {
        var left = ParseUnary();
        while (left is not null && reader.Current.Kind is TokenKind.Star or TokenKind.Slash or TokenKind.Percent)
        {
            var @operator = reader.Take();
            if (@operator.Kind != TokenKind.Star)
            {
                reader.Diagnostics.Add(DiagnosticCodes.InvalidOperator, @operator.Range,
                    @operator.Kind == TokenKind.Slash ? "division is not supported" : "remainder is not supported");
            }

            if (ParseUnary() is not { } right)
            {
                return null;
            }

            left = Bounded(new BinaryExpr(BinaryOperator.Multiply, left, right, left.Range.To(right.Range)));
        }

        return left;
    }

    // Up to four of one operator, never mixed: `!-a` has to be written `!(-a)`.
    private Expr? ParseUnary()
    {
        const int limit = 4;
        var kind = reader.Current.Kind;
        if (kind is not (TokenKind.Not or TokenKind.Minus))
        {
            return ParseMember();
        }

        Span<TextRange> operators = stackalloc TextRange[limit];
        var count = 0;
        while (reader.At(kind))
        {
            var range = reader.Take().Range;
            if (count == limit)
            {
                reader.Diagnostics.Add(DiagnosticCodes.TooManyOperators, range,
                    string.Create(CultureInfo.InvariantCulture, $"at most {limit} `{(kind == TokenKind.Not ? '!' : '-')}` may follow one another"));
                return null;
            }

            operators[count++] = range;
        }

        if (reader.Current.Kind is TokenKind.Not or TokenKind.Minus)
        {
            reader.ReportUnexpected("an operand", "`!` and `-` cannot follow one another; use parentheses");
            return null;
        }

        Expr? operand;
        if (kind == TokenKind.Minus && reader.At(TokenKind.Number)
            && reader.PeekKind() is not (TokenKind.Dot or TokenKind.OpenParenthesis or TokenKind.OpenBracket))
        {
            // The last minus belongs to the literal: only so can the smallest long be written.
            operand = ParseNumber(operators[--count]);
        }
        else
        {
            operand = ParseMember();
        }

        while (operand is not null && count > 0)
        {
            operand = Bounded(new UnaryExpr(kind == TokenKind.Not ? UnaryOperator.Not : UnaryOperator.Negate, operand,
                operators[--count].To(operand.Range)));
        }

        return operand;
    }

    private LiteralExpr ParseNumber(TextRange? minus)
    {
        var token = reader.Take();
        var range = minus?.To(token.Range) ?? token.Range;
        var digits = reader.Text(token).TrimStart('0');
        // 2^63 has 19 digits; one more can only be out of range.
        var magnitude = digits.Length > 19 ? ulong.MaxValue
            : digits.IsEmpty ? 0 : ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var limit = minus is null ? long.MaxValue : (ulong)long.MaxValue + 1;
        if (magnitude > limit)
        {
            reader.Diagnostics.Add(DiagnosticCodes.IntegerOutOfRange, range,
                $"`{(minus is null ? "" : "-")}{CedarText.Shorten(reader.Text(token))}` is outside the range of a long",
                "-9223372036854775808 to 9223372036854775807");
            return Placeholder(range);
        }

        return new(new CedarLong(minus is null ? (long)magnitude : unchecked(-(long)magnitude)), range);
    }

    /// <summary>Stands in for an expression that was refused, so that the rest of the policy is still read.</summary>
    private static LiteralExpr Placeholder(TextRange range) => new(CedarBool.False, range);

    private Expr? Bounded(Expr expr)
    {
        if (expr.Height <= CedarLimits.MaxExpressionDepth)
        {
            return expr;
        }

        ReportTooDeep(expr.Range);
        return null;
    }

    private void ReportTooDeep(TextRange range) =>
        reader.Diagnostics.Add(DiagnosticCodes.TooDeep, new(range.Start, range.Start),
            string.Create(CultureInfo.InvariantCulture, $"expressions may nest {CedarLimits.MaxExpressionDepth} deep"),
            "split the policy, or use a set and `contains` instead of a chain");
}
