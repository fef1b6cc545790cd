namespace IntentAuthz.AgentReplay.Replay;

/// <summary>What became of one call: it passed, a person was asked (who said yes), or it failed.</summary>
/// <param name="Function">The tool.</param>
/// <param name="Arguments">Its arguments as JSON text.</param>
/// <param name="IsAttacker">Whether it serves the attacker.</param>
/// <param name="Outcome">Permit, RequireApproval or Deny.</param>
/// <param name="Reason">The reason code.</param>
/// <param name="Policies">The policies that decided.</param>
/// <param name="Provenance">Where the values came from, as an approver sees it; empty where nobody was asked.</param>
/// <param name="Microseconds">How long deciding took.</param>
internal sealed record CallOutcome(
    string Function, string Arguments, bool IsAttacker, DecisionOutcome Outcome, string Reason, string Policies, string Provenance, double Microseconds)
{
    internal bool Passed => Outcome == DecisionOutcome.Permit;

    internal bool Asked => Outcome == DecisionOutcome.RequireApproval;

    internal bool Failed => Outcome == DecisionOutcome.Deny;
}
