using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>What people are shown when the opening of a task waits for them.</summary>
internal static class OpeningSubject
{
    internal static ApprovalSubject Of(AgentTask task) =>
        new(
            new CallDigest(SHA256.HashData(Encoding.UTF8.GetBytes($"open\0{task.Id}"))),
            null,
            [task.Agent.Entity.Uid],
            null,
            ImmutableSortedDictionary<string, ArgumentProvenance>.Empty,
            $"Open a task for {task.Agent.Id} ({task.Purpose}) until {task.ExpiresAt:u}; it may: {task.Mandate.Description}{(task.Proposal is { } proposal ? $"; proposed from the user's request: {proposal.Description}" : "")}.");
}
