namespace IntentAuthz.AgentReplay.Replay;

/// <summary>One replayed trace.</summary>
/// <param name="Name">The task, and the attack when there is one.</param>
/// <param name="Calls">Its calls, in the order in which they were tried.</param>
internal sealed record Run(string Name, IReadOnlyList<CallOutcome> Calls)
{
    internal IEnumerable<CallOutcome> Own => Calls.Where(static c => !c.IsAttacker);

    internal IEnumerable<CallOutcome> Attacks => Calls.Where(static c => c.IsAttacker);

    internal int Questions => Calls.Count(static c => c.Asked);
}
