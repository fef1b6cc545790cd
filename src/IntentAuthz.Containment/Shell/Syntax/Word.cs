namespace IntentAuthz.Containment;

/// <summary>A word before expansion.</summary>
internal sealed class Word
{
    public Word(int position, string literal)
    {
        Position = position;
        Literal = literal;
        Parts = [];
    }

    public Word(int position, WordPart[] parts, bool hasBraces = false)
    {
        Position = position;
        Parts = parts;
        HasBraces = hasBraces;
    }

    public int Position { get; }

    /// <summary>The text of a word that nothing happens to: no quote, expansion, pattern, tilde or brace. Null for any other.</summary>
    public string? Literal { get; }

    /// <summary>The parts of a word without a <see cref="Literal"/>.</summary>
    public WordPart[] Parts { get; }

    /// <summary>Whether an unquoted brace stands in it, so that it can become several words.</summary>
    public bool HasBraces { get; }

    /// <summary>The word's text where it is a literal, quoted or not; null where anything in it is expanded.</summary>
    public string? Static
    {
        get
        {
            if (Literal is not null)
            {
                return Literal;
            }

            var text = new System.Text.StringBuilder();
            return Append(Parts, text) ? text.ToString() : null;

            static bool Append(WordPart[] parts, System.Text.StringBuilder text)
            {
                foreach (var part in parts)
                {
                    if (part is LiteralPart literal)
                    {
                        text.Append(literal.Text);
                    }
                    else if (part is not QuotedPart quoted || !Append(quoted.Parts, text))
                    {
                        return false;
                    }
                }

                return true;
            }
        }
    }

    /// <summary>Whether any part of it is quoted, which is what makes a here-document literal.</summary>
    public bool IsQuoted { get; init; }
}
