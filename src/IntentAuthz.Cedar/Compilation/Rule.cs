using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>A compiled policy as it lies in a block of the index: small, so that the few candidates of a request share cache lines.</summary>
/// <param name="Policy">The number of the policy in its set.</param>
/// <param name="Condition">All <c>when</c> and <c>unless</c> clauses, or null where there is nothing to test.</param>
/// <param name="Principal">What is left to check of the principal.</param>
/// <param name="Action">What is left to check of the action.</param>
/// <param name="Resource">What is left to check of the resource.</param>
internal readonly record struct Rule(int Policy, Node? Condition, ScopeCheck Principal, ScopeCheck Action, ScopeCheck Resource);
