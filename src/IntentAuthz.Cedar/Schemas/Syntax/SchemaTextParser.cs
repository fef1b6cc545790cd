using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>
/// Parses the human-readable form of a schema. After an error it goes on behind the next semicolon, so that one run finds
/// several errors. Declarations outside of any namespace make up one namespace without a name, wherever they stand.
/// </summary>
internal sealed partial class SchemaTextParser
{
    private static readonly string[] DeclarationWords = ["namespace", "entity", "action", "type"];

    private readonly TokenReader _reader;
    private readonly DiagnosticBag _warnings;
    private readonly NamespaceBuilder _unnamed = new("", [], default);
    private readonly List<NamespaceBuilder> _named = [];

    private SchemaTextParser(TokenReader reader, DiagnosticBag warnings)
    {
        _reader = reader;
        _warnings = warnings;
    }

    /// <summary>The namespaces, the one without a name first if it has declarations. Of use only if the bag of errors has stayed empty.</summary>
    public static ImmutableArray<NamespaceNode> Parse(SourceText source, DiagnosticBag errors, DiagnosticBag warnings)
    {
        if (!PolicyParser.CheckSource(source, errors))
        {
            return [];
        }

        var parser = new SchemaTextParser(new TokenReader(source, errors), warnings);
        parser.ParseAll();
        var namespaces = parser._unnamed.IsEmpty ? parser._named : parser._named.Prepend(parser._unnamed);
        return [.. namespaces.Select(builder => builder.Build(errors))];
    }

    private void ParseAll()
    {
        while (!_reader.At(TokenKind.EndOfFile) && !_reader.Diagnostics.IsFull)
        {
            if (ParseAnnotations() is not { } annotations)
            {
                SkipDeclaration();
            }
            else if (_reader.AtWord("namespace"))
            {
                ParseNamespace(annotations);
            }
            else if (!ParseDeclaration(_unnamed, annotations, DeclarationWords))
            {
                SkipDeclaration();
            }
        }
    }

    private void ParseNamespace(ImmutableArray<PolicyAnnotation> annotations)
    {
        _reader.Take();
        if (ParsePath() is not { } name || !_reader.Expect(TokenKind.OpenBrace, "`{`"))
        {
            SkipDeclaration();
            return;
        }

        if (SchemaNames.IsReservedPath(name.Path))
        {
            ReportReserved(name.Path, name.Range);
        }
        else if (_named.Exists(other => other.Name == name.Path))
        {
            _reader.Diagnostics.Add(SchemaCodes.DuplicateNamespace, name.Range, $"the namespace `{CedarText.Shorten(name.Path)}` occurs twice in this source", "put its declarations into one block");
        }

        var builder = new NamespaceBuilder(name.Path, annotations, name.Range);
        _named.Add(builder);
        while (!_reader.TryTake(TokenKind.CloseBrace))
        {
            if (_reader.At(TokenKind.EndOfFile) || _reader.Diagnostics.IsFull)
            {
                _reader.ReportUnexpected("`}` at the end of the namespace");
                return;
            }

            if (ParseAnnotations() is not { } inner || !ParseDeclaration(builder, inner, DeclarationWords.AsSpan(1).ToArray()))
            {
                SkipDeclaration();
            }
        }

        if (_reader.At(TokenKind.Semicolon))
        {
            _reader.ReportUnexpected("a declaration", "no semicolon follows a namespace");
            _reader.Take();
        }
    }

    private bool ParseDeclaration(NamespaceBuilder builder, ImmutableArray<PolicyAnnotation> annotations, string[] words)
    {
        if (_reader.TryTakeWord("entity"))
        {
            return ParseEntity(builder, annotations);
        }

        if (_reader.TryTakeWord("action"))
        {
            return ParseAction(builder, annotations);
        }

        if (_reader.TryTakeWord("type"))
        {
            return ParseCommonType(builder, annotations);
        }

        _reader.ReportUnexpected(
            words.Length == DeclarationWords.Length ? "`entity`, `action`, `type` or `namespace`" : "`entity`, `action`, `type` or `}`",
            _reader.At(TokenKind.Identifier) ? Spelling.Suggest(_reader.Text(_reader.Current), words) : null);
        return false;
    }

    private void SkipDeclaration()
    {
        while (!_reader.At(TokenKind.EndOfFile) && !_reader.Diagnostics.IsFull && _reader.Take().Kind != TokenKind.Semicolon)
        {
        }
    }

    private bool ParseEntity(NamespaceBuilder builder, ImmutableArray<PolicyAnnotation> annotations)
    {
        if (ParseNames(allowStrings: false) is not { } names)
        {
            return false;
        }

        ImmutableArray<NameTypeNode> parents = [];
        TypeNode? shape = null;
        TypeNode? tags = null;
        ImmutableArray<string>? ids = null;
        if (_reader.TryTakeWord("enum"))
        {
            if (ParseEnumIds() is not { } parsed)
            {
                return false;
            }

            ids = parsed;
        }
        else if (!ParseEntityBody(ref parents, ref shape, ref tags))
        {
            return false;
        }

        if (!_reader.Expect(TokenKind.Semicolon, ids is null ? "`;` or the next part of the declaration" : "`;`", "an entity is written `entity Name in [Parent] = { attribute: Type } tags Type;`"))
        {
            return false;
        }

        foreach (var (name, range) in names)
        {
            if (SchemaNames.IsReservedPath(name))
            {
                ReportReserved(name, range);
            }

            builder.EntityTypes.Add(new(name, parents, shape, tags, ids, annotations, range));
        }

        return true;
    }

    private bool ParseEntityBody(ref ImmutableArray<NameTypeNode> parents, ref TypeNode? shape, ref TypeNode? tags)
    {
        if (_reader.TryTakeWord("in"))
        {
            if (ParseTypeNames() is not { } names)
            {
                return false;
            }

            parents = names;
        }

        if (_reader.TryTake(TokenKind.SingleEqual) || _reader.At(TokenKind.OpenBrace))
        {
            shape = ParseRecord(depth: 1);
            if (shape is null)
            {
                return false;
            }
        }

        if (_reader.TryTakeWord("tags"))
        {
            tags = ParseType(depth: 1);
            return tags is not null;
        }

        return true;
    }

    private ImmutableArray<string>? ParseEnumIds()
    {
        if (!_reader.Expect(TokenKind.OpenBracket, "`[`"))
        {
            return null;
        }

        var ids = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (!_reader.At(TokenKind.String))
            {
                _reader.ReportUnexpected("a string, the id of an entity");
                return null;
            }

            ids.Add(StringEscapes.Unescape(_reader, _reader.Take()));
        }
        while (_reader.TryTake(TokenKind.Comma));
        return _reader.Expect(TokenKind.CloseBracket, "`,` or `]`") ? ids.ToImmutable() : null;
    }

    private bool ParseCommonType(NamespaceBuilder builder, ImmutableArray<PolicyAnnotation> annotations)
    {
        if (ParseIdentifier() is not { } name || !_reader.Expect(TokenKind.SingleEqual, "`=`")
            || ParseType(depth: 1) is not { } definition || !_reader.Expect(TokenKind.Semicolon, "`;`"))
        {
            return false;
        }

        if (SchemaNames.IsReservedPath(name.Text))
        {
            ReportReserved(name.Text, name.Range);
        }
        else if (SchemaNames.IsReservedTypeName(name.Text))
        {
            _reader.Diagnostics.Add(SchemaCodes.ReservedTypeName, name.Range, $"`{name.Text}` is reserved and cannot be the name of a common type");
        }

        builder.CommonTypes.Add(new(name.Text, definition, annotations, name.Range));
        return true;
    }

    private void ReportReserved(string name, TextRange range) =>
        _reader.Diagnostics.Add(SchemaCodes.ReservedName, range, $"`{CedarText.Shorten(name)}` uses the reserved name `__cedar`", "no declaration may use `__cedar`; choose another name");
}
