namespace IntentAuthz.Containment;

/// <summary>Text as it stands, or between quotes.</summary>
internal sealed class LiteralPart(string text, bool isQuoted) : WordPart
{
    public string Text { get; } = text;

    public bool IsQuoted { get; } = isQuoted;
}
