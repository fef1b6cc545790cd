namespace IntentAuthz.Containment;

/// <summary>A loop that is being followed.</summary>
internal sealed class LoopFrame(LoopFrame? outer)
{
    public LoopFrame? Outer { get; } = outer;

    /// <summary>What is known where <c>break</c> or <c>continue</c> leaves a round.</summary>
    public ShellState? Left { get; set; }
}
