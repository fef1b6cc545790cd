namespace IntentAuthz.Containment;

/// <summary>Text between double quotes.</summary>
internal sealed class QuotedPart(WordPart[] parts) : WordPart
{
    public WordPart[] Parts { get; } = parts;
}
