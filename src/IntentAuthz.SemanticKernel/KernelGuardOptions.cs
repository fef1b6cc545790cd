namespace IntentAuthz.SemanticKernel;

/// <summary>How guarded kernels behave. Checked when the kernel is built; the message of a mistake names the setting and the fix.</summary>
public sealed class KernelGuardOptions
{
    /// <summary>Whether a denied call ends the loop in which the model calls functions by itself. Off, the model reads the denial and goes on.</summary>
    public bool TerminateOnDenial { get; set; }

    /// <summary>Whether a call that waits for an approval ends that loop, so that the host can ask its people before the model is asked again.</summary>
    public bool TerminateOnApprovalRequired { get; set; }

    /// <summary>The most items a function's stream may have; they are gathered before anybody sees one. 1 to 10,000,000.</summary>
    public int MaxStreamedItems { get; set; } = 65_536;

    internal bool Ends(GuardResult result) => result.Decision.Outcome switch
    {
        DecisionOutcome.Deny => TerminateOnDenial,
        DecisionOutcome.RequireApproval => TerminateOnApprovalRequired,
        _ => false,
    };
}
