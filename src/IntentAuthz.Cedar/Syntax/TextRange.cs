namespace IntentAuthz.Cedar.Syntax;

/// <summary>A stretch of a source in UTF-16 offsets: small, so that every node can carry one. <see cref="SourceText"/> turns it into a span.</summary>
internal readonly record struct TextRange(int Start, int End)
{
    public int Length => End - Start;

    public TextRange To(TextRange last) => new(Start, last.End);
}
