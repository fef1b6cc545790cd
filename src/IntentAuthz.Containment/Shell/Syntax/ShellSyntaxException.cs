namespace IntentAuthz.Containment;

/// <summary>Ends the reading of a text at its first error.</summary>
internal sealed class ShellSyntaxException(string message, int position, bool isTooLarge = false) : Exception(message)
{
    public int Position { get; } = position;

    /// <summary>Whether the text may be right but is nested deeper than is read.</summary>
    public bool IsTooLarge { get; } = isTooLarge;
}
