using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>The parts that declarations share: annotations, names and types.</summary>
internal sealed partial class SchemaTextParser
{
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
                    _reader.ReportUnexpected("a string", "an annotation is written `@name(\"value\")` or `@name`");
                    return null;
                }

                (value, hasValue) = (StringEscapes.Unescape(_reader, _reader.Take()), true);
                if (!_reader.Expect(TokenKind.CloseParenthesis, "`)`"))
                {
                    return null;
                }
            }

            var range = start.To(_reader.Previous.Range);
            if (!names.Add(name))
            {
                _reader.Diagnostics.Add(DiagnosticCodes.DuplicateAnnotation, range, $"the annotation `@{CedarText.Shorten(name)}` stands twice on this declaration");
            }

            annotations.Add(new(name, value, hasValue, _reader.Source.GetSpan(range)));
        }

        return annotations.ToImmutable();
    }

    private (string Text, TextRange Range)? ParseIdentifier()
    {
        if (!_reader.At(TokenKind.Identifier))
        {
            _reader.ReportUnexpected("a name");
            return null;
        }

        var token = _reader.Take();
        if (!SchemaNames.IsIdentifier(_reader.Text(token)))
        {
            _reader.Diagnostics.Add(DiagnosticCodes.ReservedIdentifier, token.Range, $"{_reader.Describe(token)} is a reserved word and cannot be a name here",
                "an attribute or an action may have it in quotes");
            return null;
        }

        return (_reader.Name(token), token.Range);
    }

    // An attribute or action name: an identifier, or any text in quotes.
    private (string Text, TextRange Range)? ParseName()
    {
        if (_reader.At(TokenKind.String))
        {
            var token = _reader.Take();
            return (StringEscapes.Unescape(_reader, token), token.Range);
        }

        return ParseIdentifier();
    }

    private List<(string Text, TextRange Range)>? ParseNames(bool allowStrings)
    {
        var names = new List<(string, TextRange)>();
        do
        {
            if ((allowStrings ? ParseName() : ParseIdentifier()) is not { } name)
            {
                return null;
            }

            names.Add(name);
        }
        while (_reader.TryTake(TokenKind.Comma));
        return names;
    }

    private (string Path, TextRange Range)? ParsePath()
    {
        if (ParseIdentifier() is not { } first)
        {
            return null;
        }

        if (!_reader.At(TokenKind.DoubleColon))
        {
            return first;
        }

        var (path, range) = (new System.Text.StringBuilder(first.Text), first.Range);
        while (_reader.TryTake(TokenKind.DoubleColon))
        {
            if (ParseIdentifier() is not { } next)
            {
                return null;
            }

            path.Append("::").Append(next.Text);
            range = range.To(next.Range);
        }

        return (_reader.Intern(path.ToString()), range);
    }

    // One entity type, or any number of them in brackets.
    private ImmutableArray<NameTypeNode>? ParseTypeNames()
    {
        if (!_reader.TryTake(TokenKind.OpenBracket))
        {
            return ParsePath() is { } single ? [new(single.Path, NameKind.Entity, single.Range)] : null;
        }

        if (_reader.TryTake(TokenKind.CloseBracket))
        {
            return [];
        }

        var names = ImmutableArray.CreateBuilder<NameTypeNode>();
        do
        {
            if (ParsePath() is not { } name)
            {
                return null;
            }

            names.Add(new(name.Path, NameKind.Entity, name.Range));
        }
        while (_reader.TryTake(TokenKind.Comma));
        return _reader.Expect(TokenKind.CloseBracket, "`,` or `]`") ? names.ToImmutable() : null;
    }

    private TypeNode? ParseType(int depth)
    {
        if (depth > CedarLimits.MaxTypeDepth)
        {
            _reader.Diagnostics.Add(DiagnosticCodes.TooDeep, _reader.Current.Range,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"types may nest {CedarLimits.MaxTypeDepth} deep"));
            return null;
        }

        if (_reader.At(TokenKind.OpenBrace))
        {
            return ParseRecord(depth);
        }

        if (_reader.AtWord("Set") && _reader.PeekKind() == TokenKind.Less)
        {
            var start = _reader.Take().Range;
            _reader.Take();
            return ParseType(depth + 1) is { } element && _reader.Expect(TokenKind.Greater, "`>`")
                ? new SetTypeNode(element, start.To(_reader.Previous.Range))
                : null;
        }

        if (!_reader.At(TokenKind.Identifier))
        {
            _reader.ReportUnexpected("a type", "a type is a name, `Set<Type>` or `{ attribute: Type }`");
            return null;
        }

        return ParsePath() is { } name ? new NameTypeNode(name.Path, NameKind.EntityOrCommon, name.Range) : null;
    }

    private RecordTypeNode? ParseRecord(int depth)
    {
        var start = _reader.Current.Range;
        if (!_reader.Expect(TokenKind.OpenBrace, "`{`"))
        {
            return null;
        }

        var attributes = new List<AttributeNode>();
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_reader.TryTake(TokenKind.CloseBrace))
        {
            if (ParseAttribute(depth) is not { } attribute)
            {
                return null;
            }

            AddAttribute(attributes, indexes, attribute);
            if (!_reader.TryTake(TokenKind.Comma) && !_reader.At(TokenKind.CloseBrace))
            {
                _reader.ReportUnexpected("`,` or `}`");
                return null;
            }
        }

        return new([.. attributes], start.To(_reader.Previous.Range));
    }

    // The reference takes the last of several attributes of one name. So does this, but says so: it is a mistake.
    private void AddAttribute(List<AttributeNode> attributes, Dictionary<string, int> indexes, AttributeNode attribute)
    {
        if (indexes.TryAdd(attribute.Name, attributes.Count))
        {
            attributes.Add(attribute);
            return;
        }

        attributes[indexes[attribute.Name]] = attribute;
        _warnings.Add(SchemaCodes.RepeatedAttribute, attribute.Range, $"the attribute `{CedarText.Shorten(attribute.Name)}` stands twice in this record; the last one counts");
    }

    private AttributeNode? ParseAttribute(int depth)
    {
        if (ParseAnnotations() is not { } annotations || ParseName() is not { } name)
        {
            return null;
        }

        var isRequired = !_reader.TryTake(TokenKind.Question);
        return _reader.Expect(TokenKind.Colon, isRequired ? "`:` or `?:`" : "`:`") && ParseType(depth + 1) is { } type
            ? new(name.Text, type, isRequired, annotations, name.Range)
            : null;
    }
}
