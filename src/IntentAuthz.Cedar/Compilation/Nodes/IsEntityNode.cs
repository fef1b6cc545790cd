namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>principal == User::"alice"</c>, by number.</summary>
internal sealed class IsEntityNode(Role role, LiteralEntity entity, bool isNegated) : TestNode
{
    public override Truth Test(ref RequestView view) => Of((view.Resolve(role).Id == entity.Id) != isNegated);
}
