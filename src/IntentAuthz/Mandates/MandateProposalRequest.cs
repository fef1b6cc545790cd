namespace IntentAuthz;

/// <summary>What a proposer knows: nothing that a tool has returned. Immutable.</summary>
public sealed class MandateProposalRequest
{
    /// <summary>Says what a proposal is asked for; the library does so when a task is opened.</summary>
    /// <param name="userRequest">What the user asked for, word for word.</param>
    /// <param name="tools">The tools there are.</param>
    /// <param name="mandate">What the host lets the task do at most.</param>
    public MandateProposalRequest(string userRequest, IReadOnlyCollection<ToolDescriptor> tools, Mandate mandate)
    {
        ArgumentNullException.ThrowIfNull(userRequest);
        ArgumentNullException.ThrowIfNull(tools);
        ArgumentNullException.ThrowIfNull(mandate);
        UserRequest = userRequest;
        Tools = tools;
        Mandate = mandate;
    }

    /// <summary>What the user asked for, word for word.</summary>
    public string UserRequest { get; }

    /// <summary>The tools there are.</summary>
    public IReadOnlyCollection<ToolDescriptor> Tools { get; }

    /// <summary>What the host lets the task do at most.</summary>
    public Mandate Mandate { get; }
}
