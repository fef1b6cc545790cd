namespace IntentAuthz.Containment;

/// <summary>What one text and the texts inside it may cost to read. Shared by the parsers of both.</summary>
internal sealed class ParseBudget(int maxDepth, long maxWork)
{
    // Each failure is an exception of its own, so a text of nothing but broken backquotes has to end somewhere.
    private const int MaxUnreadable = 64;

    private int _depth;
    private long _work;
    private int _unreadable;

    public int Depth => _depth;

    public void Enter(int position)
    {
        if (++_depth > maxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new ShellSyntaxException($"The text is nested deeper than {maxDepth} levels.", position, isTooLarge: true);
        }
    }

    public void Leave() => _depth--;

    /// <summary>Goes back to a depth, where an exception has jumped over the leaving.</summary>
    public void LeaveTo(int depth) => _depth = depth;

    public void Work(int units, int position)
    {
        _work += units;
        if (_work > maxWork)
        {
            throw new ShellSyntaxException("The text takes more work to read than is allowed.", position, isTooLarge: true);
        }
    }

    public void Unreadable(int position)
    {
        if (++_unreadable > MaxUnreadable)
        {
            throw new ShellSyntaxException("The text has too many expansions that cannot be read.", position, isTooLarge: true);
        }
    }
}
