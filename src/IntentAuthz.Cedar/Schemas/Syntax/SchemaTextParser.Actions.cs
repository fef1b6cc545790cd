using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>Actions: their groups and what they apply to.</summary>
internal sealed partial class SchemaTextParser
{
    private static readonly string[] AppliesToWords = ["principal", "resource", "context"];

    private bool ParseAction(NamespaceBuilder builder, ImmutableArray<PolicyAnnotation> annotations)
    {
        if (ParseNames(allowStrings: true) is not { } names)
        {
            return false;
        }

        ImmutableArray<ActionReferenceNode> groups = [];
        AppliesToNode? appliesTo = null;
        if (_reader.TryTakeWord("in"))
        {
            if (ParseActionReferences() is not { } references)
            {
                return false;
            }

            groups = references;
        }

        if (_reader.TryTakeWord("appliesTo"))
        {
            appliesTo = ParseAppliesTo(names[0].Text, names[0].Range);
            if (appliesTo is null)
            {
                return false;
            }
        }

        if (_reader.TryTakeWord("attributes") && !(_reader.Expect(TokenKind.OpenBrace, "`{`") && _reader.Expect(TokenKind.CloseBrace, "`}`", "actions have no attributes")))
        {
            return false;
        }

        if (!_reader.Expect(TokenKind.Semicolon, "`;` or the next part of the declaration", "an action is written `action name in [group] appliesTo { principal: Type, resource: Type, context: {} };`"))
        {
            return false;
        }

        foreach (var (id, range) in names)
        {
            builder.Actions.Add(new(id, groups, appliesTo, annotations, range));
        }

        return true;
    }

    private ImmutableArray<ActionReferenceNode>? ParseActionReferences()
    {
        if (!_reader.TryTake(TokenKind.OpenBracket))
        {
            return ParseActionReference() is { } single ? [single] : null;
        }

        var references = ImmutableArray.CreateBuilder<ActionReferenceNode>();
        do
        {
            if (ParseActionReference() is not { } reference)
            {
                return null;
            }

            references.Add(reference);
        }
        while (_reader.TryTake(TokenKind.Comma));
        return _reader.Expect(TokenKind.CloseBracket, "`,` or `]`") ? references.ToImmutable() : null;
    }

    // `name`, `"name"` or `Namespace::Action::"name"`.
    private ActionReferenceNode? ParseActionReference()
    {
        if (ParseName() is not { } first)
        {
            return null;
        }

        if (!_reader.At(TokenKind.DoubleColon) || _reader.Previous.Kind == TokenKind.String)
        {
            return new(null, first.Text, first.Range);
        }

        var path = first.Text;
        while (_reader.TryTake(TokenKind.DoubleColon))
        {
            if (_reader.At(TokenKind.String))
            {
                var token = _reader.Take();
                return new(path, StringEscapes.Unescape(_reader, token), first.Range.To(token.Range));
            }

            if (ParseIdentifier() is not { } next)
            {
                return null;
            }

            path = _reader.Intern($"{path}::{next.Text}");
        }

        _reader.ReportUnexpected("`::` and the action in quotes", "an action group is written `name` or `Namespace::Action::\"name\"`");
        return null;
    }

    private AppliesToNode? ParseAppliesTo(string action, TextRange actionRange)
    {
        if (!_reader.Expect(TokenKind.OpenBrace, "`{`"))
        {
            return null;
        }

        ImmutableArray<NameTypeNode>? principals = null;
        ImmutableArray<NameTypeNode>? resources = null;
        TypeNode? context = null;
        do
        {
            if (_reader.At(TokenKind.CloseBrace))
            {
                break;
            }

            if (!ParseAppliesToPart(action, ref principals, ref resources, ref context))
            {
                return null;
            }
        }
        while (_reader.TryTake(TokenKind.Comma));
        if (!_reader.Expect(TokenKind.CloseBrace, "`,` or `}`"))
        {
            return null;
        }

        foreach (var (part, types) in new[] { ("principal", principals), ("resource", resources) })
        {
            if (types is null)
            {
                _reader.Diagnostics.Add(SchemaCodes.IncompleteAppliesTo, actionRange, $"the action `{CedarText.Shorten(action)}` has no `{part}` in its `appliesTo`",
                    "an action needs both `principal` and `resource`; an action group without either has no `appliesTo` at all");
            }
        }

        return new(principals ?? [], resources ?? [], context);
    }

    private bool ParseAppliesToPart(string action, ref ImmutableArray<NameTypeNode>? principals, ref ImmutableArray<NameTypeNode>? resources, ref TypeNode? context)
    {
        var word = _reader.Current;
        var name = _reader.Text(word).ToString();
        if (!_reader.At(TokenKind.Identifier) || !AppliesToWords.Contains(name))
        {
            _reader.ReportUnexpected("`principal`, `resource` or `context`", _reader.At(TokenKind.Identifier) ? Spelling.Suggest(name, AppliesToWords) : null);
            return false;
        }

        _reader.Take();
        if (!_reader.Expect(TokenKind.Colon, "`:`"))
        {
            return false;
        }

        if ((name == "principal" && principals is not null) || (name == "resource" && resources is not null) || (name == "context" && context is not null))
        {
            _reader.Diagnostics.Add(SchemaCodes.DuplicateAppliesTo, word.Range, $"`{name}` stands twice in the `appliesTo` of `{CedarText.Shorten(action)}`", "one `principal` or `resource` takes several types: `[A, B]`");
        }

        if (name == "context")
        {
            context = ParseContext();
            return context is not null;
        }

        if (ParseTypeNames() is not { } types)
        {
            return false;
        }

        if (types.IsEmpty)
        {
            _reader.Diagnostics.Add(SchemaCodes.EmptyAppliesTo, word.Range.To(_reader.Previous.Range), $"`{name}` of `{CedarText.Shorten(action)}` is empty, so that the action could never be allowed",
                "name at least one type, or leave `appliesTo` out for an action group");
        }

        if (name == "principal")
        {
            principals = types;
        }
        else
        {
            resources = types;
        }

        return true;
    }

    private TypeNode? ParseContext()
    {
        if (_reader.At(TokenKind.OpenBrace))
        {
            return ParseRecord(depth: 1);
        }

        return ParsePath() is { } name ? new NameTypeNode(name.Path, NameKind.Common, name.Range) : null;
    }
}
