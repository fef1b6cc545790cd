namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>principal in Group::"g"</c> or <c>principal in [Group::"g", …]</c>, by number.</summary>
/// <param name="role">The variable.</param>
/// <param name="containers">The numbers of the entities that stand in the policy, sorted.</param>
internal sealed class VariableInLiteralNode(Role role, int[] containers) : TestNode
{
    public override Truth Test(ref RequestView view) => Of(view.Resolve(role).IsInAny(containers));
}
