namespace IntentAuthz.Containment;

/// <summary><c>&lt;(…)</c> or <c>&gt;(…)</c>.</summary>
internal sealed class ProcessPart(CommandList body, bool isInput) : WordPart
{
    public CommandList Body { get; } = body;

    public bool IsInput { get; } = isInput;
}
