using System.Collections.Immutable;
using System.Globalization;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>Parses a policy source. After a syntax error it goes on behind the next semicolon, so that one run finds several errors.</summary>
internal sealed class PolicyParser
{
    private readonly TokenReader _reader;
    private readonly ExpressionParser _expressions;
    private readonly ScopeParser _scopes;

    private PolicyParser(TokenReader reader)
    {
        _reader = reader;
        _expressions = new(reader);
        _scopes = new(reader, _expressions);
    }

    /// <summary>The policies and templates in source order. They are of use only if the bag has stayed empty.</summary>
    public static ImmutableArray<PolicyBody> Parse(SourceText source, DiagnosticBag diagnostics)
    {
        if (!CheckSource(source, diagnostics))
        {
            return [];
        }

        var reader = new TokenReader(source, diagnostics);
        var parser = new PolicyParser(reader);
        var policies = ImmutableArray.CreateBuilder<PolicyBody>();
        while (!reader.At(TokenKind.EndOfFile) && !diagnostics.IsFull)
        {
            if (parser.ParsePolicy() is { } policy)
            {
                policies.Add(policy);
            }
            else
            {
                parser.SkipPolicy();
            }
        }

        return policies.ToImmutable();
    }

    /// <summary>Parses one expression that makes up the whole source.</summary>
    public static Expr? ParseExpression(SourceText source, DiagnosticBag diagnostics)
    {
        if (!CheckSource(source, diagnostics))
        {
            return null;
        }

        var reader = new TokenReader(source, diagnostics);
        var expression = new ExpressionParser(reader).Parse();
        return expression is not null && reader.Expect(TokenKind.EndOfFile, "the end of the expression") && !diagnostics.Any ? expression : null;
    }

    /// <summary>Refuses what no parser should start on.</summary>
    internal static bool CheckSource(SourceText source, DiagnosticBag diagnostics)
    {
        if (source.Text.Length > CedarLimits.MaxSourceLength)
        {
            diagnostics.Add(DiagnosticCodes.SourceTooLong, default,
                string.Create(CultureInfo.InvariantCulture, $"the source has {source.Text.Length} characters; the limit is {CedarLimits.MaxSourceLength}"));
            return false;
        }

        var lone = WellFormedText.IndexOfLoneSurrogate(source.Text);
        if (lone >= 0)
        {
            diagnostics.Add(DiagnosticCodes.InvalidUtf16, new(lone, lone + 1), "the source holds a lone surrogate, which is not text");
            return false;
        }

        return true;
    }

    private PolicyBody? ParsePolicy()
    {
        var start = _reader.Current.Range;
        if (ParseAnnotations() is not { } annotations || ParseEffect() is not { } effect || _scopes.Parse() is not { } scope
            || ParseConditions() is not { } conditions)
        {
            return null;
        }

        if (!_reader.TryTake(TokenKind.Semicolon))
        {
            _reader.ReportUnexpected("`when`, `unless` or `;`");
            // A forgotten semicolon must not swallow the next policy.
            if (!AtPolicyStart())
            {
                return null;
            }
        }

        return new(effect, annotations, scope.Principal, scope.Action, scope.Resource, conditions, _reader.Source, start.To(_reader.Previous.Range));
    }

    private bool AtPolicyStart() => _reader.At(TokenKind.At) || _reader.AtWord("permit") || _reader.AtWord("forbid");

    private void SkipPolicy()
    {
        while (!_reader.At(TokenKind.EndOfFile) && !_reader.Diagnostics.IsFull && _reader.Take().Kind != TokenKind.Semicolon)
        {
        }
    }

    private ImmutableArray<PolicyAnnotation>? ParseAnnotations()
    {
        if (!_reader.At(TokenKind.At))
        {
            return [];
        }

        var annotations = ImmutableArray.CreateBuilder<PolicyAnnotation>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (_reader.At(TokenKind.At))
        {
            var start = _reader.Take().Range;
            if (!_reader.At(TokenKind.Identifier))
            {
                _reader.ReportUnexpected("the name of an annotation");
                return null;
            }

            var name = _reader.Name(_reader.Take());
            var (value, hasValue) = ("", false);
            if (_reader.TryTake(TokenKind.OpenParenthesis))
            {
                if (!_reader.At(TokenKind.String))
                {
                    _reader.ReportUnexpected("a string", $"an annotation is written `@{CedarText.Shorten(name)}(\"value\")` or `@{CedarText.Shorten(name)}`");
                    return null;
                }

                (value, hasValue) = (StringEscapes.Unescape(_reader, _reader.Take()), true);
                if (!_reader.Expect(TokenKind.CloseParenthesis, "`)`"))
                {
                    return null;
                }
            }

            var range = start.To(_reader.Previous.Range);
            if (names.Add(name))
            {
                annotations.Add(new(name, value, hasValue, _reader.Source.GetSpan(range)));
            }
            else
            {
                _reader.Diagnostics.Add(DiagnosticCodes.DuplicateAnnotation, range, $"the annotation `@{CedarText.Shorten(name)}` stands twice on this policy");
            }
        }

        return annotations.ToImmutable();
    }

    private PolicyEffect? ParseEffect()
    {
        if (_reader.TryTakeWord("permit"))
        {
            return PolicyEffect.Permit;
        }

        if (_reader.TryTakeWord("forbid"))
        {
            return PolicyEffect.Forbid;
        }

        if (_reader.At(TokenKind.Identifier))
        {
            var word = _reader.Take();
            _reader.Diagnostics.Add(DiagnosticCodes.InvalidEffect, word.Range, $"expected `permit` or `forbid`, found {_reader.Describe(word)}",
                Spelling.Suggest(_reader.Text(word), ["permit", "forbid"]));
            // The rest of the policy may hold more errors; the effect does not matter any more.
            return _reader.At(TokenKind.OpenParenthesis) ? PolicyEffect.Forbid : null;
        }

        _reader.ReportUnexpected("`permit`, `forbid` or an annotation");
        return null;
    }

    private ImmutableArray<Condition>? ParseConditions()
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        while (_reader.At(TokenKind.Identifier) && !AtPolicyStart())
        {
            var keyword = _reader.Take();
            var isWhen = _reader.Text(keyword).SequenceEqual("when");
            if (!isWhen && !_reader.Text(keyword).SequenceEqual("unless"))
            {
                _reader.Diagnostics.Add(DiagnosticCodes.InvalidCondition, keyword.Range, $"expected `when`, `unless` or `;`, found {_reader.Describe(keyword)}",
                    Spelling.Suggest(_reader.Text(keyword), ["when", "unless"]));
            }

            if (!_reader.Expect(TokenKind.OpenBrace, "`{`"))
            {
                return null;
            }

            if (_reader.TryTake(TokenKind.CloseBrace))
            {
                _reader.Diagnostics.Add(DiagnosticCodes.EmptyCondition, keyword.Range.To(_reader.Previous.Range), $"the `{_reader.Text(keyword)}` condition is empty", "write `true` for a condition that always holds");
                continue;
            }

            if (_expressions.Parse() is not { } body || !_reader.Expect(TokenKind.CloseBrace, "`}` or an operator"))
            {
                return null;
            }

            conditions.Add(new(isWhen, body, keyword.Range.To(_reader.Previous.Range)));
        }

        return conditions.ToImmutable();
    }
}
