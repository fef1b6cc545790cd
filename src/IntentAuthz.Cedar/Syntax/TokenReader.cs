namespace IntentAuthz.Cedar.Syntax;

/// <summary>Reads tokens with one token of lookahead, and reports what was expected where something else stands.</summary>
internal sealed class TokenReader
{
    private readonly Lexer _lexer;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _namesBySpan;
    private Token? _ahead;

    public TokenReader(SourceText source, DiagnosticBag diagnostics)
    {
        Source = source;
        Diagnostics = diagnostics;
        _lexer = new(source, diagnostics);
        _namesBySpan = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        Current = _lexer.Next();
    }

    public SourceText Source { get; }

    public DiagnosticBag Diagnostics { get; }

    public Token Current { get; private set; }

    /// <summary>The token before the current one; its range ends whatever was parsed so far.</summary>
    public Token Previous { get; private set; }

    public TokenKind PeekKind() => (_ahead ??= _lexer.Next()).Kind;

    public Token Take()
    {
        Previous = Current;
        Current = _ahead ?? _lexer.Next();
        _ahead = null;
        return Previous;
    }

    public bool At(TokenKind kind) => Current.Kind == kind;

    /// <summary>Whether the current token is a certain word.</summary>
    public bool AtWord(string word) => Current.Kind == TokenKind.Identifier && Text(Current).SequenceEqual(word);

    public bool TryTake(TokenKind kind)
    {
        if (!At(kind))
        {
            return false;
        }

        Take();
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!AtWord(word))
        {
            return false;
        }

        Take();
        return true;
    }

    /// <summary>Takes a token of a kind, or reports what was expected and returns false.</summary>
    public bool Expect(TokenKind kind, string expected, string? help = null)
    {
        if (TryTake(kind))
        {
            return true;
        }

        ReportUnexpected(expected, help);
        return false;
    }

    public void ReportUnexpected(string expected, string? help = null)
    {
        // The lexer has reported an invalid token already.
        if (!At(TokenKind.Invalid))
        {
            Diagnostics.Add(DiagnosticCodes.UnexpectedToken, Current.Range, $"expected {expected}, found {Describe(Current)}", help);
        }
    }

    public string Describe(Token token) =>
        token.Kind == TokenKind.EndOfFile ? "the end of the source" : $"`{CedarText.Shorten(Text(token))}`";

    public ReadOnlySpan<char> Text(Token token) => Source.Text.AsSpan(token.Range.Start, token.Range.Length);

    /// <summary>The text of a name. Each distinct name of a source is one string: policies repeat few names many times.</summary>
    public string Name(Token token) => Intern(Text(token));

    public string Intern(ReadOnlySpan<char> text)
    {
        if (!_namesBySpan.TryGetValue(text, out var name))
        {
            name = text.ToString();
            _names.Add(name, name);
        }

        return name;
    }
}
