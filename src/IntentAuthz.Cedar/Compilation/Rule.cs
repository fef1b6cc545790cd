using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>A compiled policy as it lies in a block of the index: small, so that the few candidates of a request share cache lines.</summary>
/// <param name="policy">The number of the policy in its set.</param>
/// <param name="condition">All <c>when</c> and <c>unless</c> clauses, or null where there is nothing to test.</param>
/// <param name="principal">What is left to check of the principal.</param>
/// <param name="action">What is left to check of the action.</param>
/// <param name="resource">What is left to check of the resource.</param>
internal readonly struct Rule(int policy, Node? condition, ScopeCheck principal, ScopeCheck action, ScopeCheck resource)
{
    public int Policy { get; } = policy;

    public Node? Condition { get; } = condition;

    public ScopeCheck Principal { get; } = principal;

    public ScopeCheck Action { get; } = action;

    public ScopeCheck Resource { get; } = resource;

    /// <summary>Whether the policy applies. The scope never fails.</summary>
    public Truth Test(ref RequestView view)
    {
        if ((Principal.Kind != ScopeKind.Any && !Principal.Admits(Role.Principal, ref view))
            || (Action.Kind != ScopeKind.Any && !Action.Admits(Role.Action, ref view))
            || (Resource.Kind != ScopeKind.Any && !Resource.Admits(Role.Resource, ref view)))
        {
            return Truth.False;
        }

        return Condition is { } condition ? condition.Test(ref view) : Truth.True;
    }
}
