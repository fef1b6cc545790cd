namespace IntentAuthz.Peers;

/// <summary>A request as peers without an entity graph take it: the agent's group and the resource's folder are looked up before.</summary>
public sealed class PeerFact
{
    /// <summary>The agent.</summary>
    public required string Agent { get; init; }

    /// <summary>The agent's group.</summary>
    public required string Group { get; init; }

    /// <summary>The tool.</summary>
    public required string Action { get; init; }

    /// <summary>The resource.</summary>
    public required string Resource { get; init; }

    /// <summary>The resource's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>An input.</summary>
    public required string Region { get; init; }

    /// <summary>An input.</summary>
    public required string Category { get; init; }

    /// <summary>The risk.</summary>
    public required long Score { get; init; }

    /// <summary>What is left of the task's budget, in units of 1/10,000.</summary>
    public required long Remaining { get; init; }

    /// <summary>For engines that act instead of answering: whether a permit held.</summary>
    public bool IsPermitted { get; set; }

    /// <summary>For engines that act instead of answering: whether a forbid held.</summary>
    public bool IsForbidden { get; set; }
}
