using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Containment;

/// <summary>What starting contained came to: a process, or why there is none.</summary>
public sealed class ContainedProcessStart
{
    private ContainedProcessStart(ContainedProcess? process, string? refusal, ContainmentLayer? missing)
    {
        Process = process;
        Refusal = refusal;
        Missing = missing;
    }

    /// <summary>The process, or null.</summary>
    public ContainedProcess? Process { get; }

    /// <summary>Why nothing was started and what would help; null when it was.</summary>
    public string? Refusal { get; }

    /// <summary>The layer that this machine lacks for what was asked; null when that is not the reason.</summary>
    public ContainmentLayer? Missing { get; }

    /// <summary>Whether it was started.</summary>
    [MemberNotNullWhen(true, nameof(Process))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsStarted => Process is not null;

    internal static ContainedProcessStart Started(ContainedProcess process) => new(process, null, null);

    internal static ContainedProcessStart Refused(string why, ContainmentLayer? missing = null) => new(null, why, missing);
}
