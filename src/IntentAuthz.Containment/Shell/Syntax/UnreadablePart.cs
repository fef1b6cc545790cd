namespace IntentAuthz.Containment;

/// <summary>An expansion that the shell accepts when it reads the text, and that is not understood here; it would fail or do something unknown when run.</summary>
internal sealed class UnreadablePart(string why, int position) : WordPart
{
    public string Why { get; } = why;

    public int Position { get; } = position;
}
