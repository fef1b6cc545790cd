namespace IntentAuthz.Containment;

/// <summary>A call of a function that is being followed, or the text as a whole.</summary>
/// <param name="function">The function; null for the text as a whole.</param>
/// <param name="locals">The names that are local, with what they were before.</param>
internal sealed class CallFrame(FunctionDefinition? function, Dictionary<string, VariableState?> locals)
{
    public FunctionDefinition? Function { get; } = function;

    public Dictionary<string, VariableState?> Locals { get; } = locals;

    /// <summary>What is known where <c>return</c> leaves the function, or <c>exit</c> the text.</summary>
    public ShellState? Ended { get; set; }
}
