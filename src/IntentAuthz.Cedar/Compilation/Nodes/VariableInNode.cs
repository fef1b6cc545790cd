namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>
/// <c>principal in b</c>, where b depends on the request: the entity is looked up once, however many conditions ask, and what
/// came out of a bound store carries its number.
/// </summary>
internal sealed class VariableInNode(Role role, Node right) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!right.TryEvaluate(ref view, out var container))
        {
            return Truth.Error;
        }

        if (container.Reference is CedarEntity other)
        {
            return Of(IsIn(ref view, other));
        }

        if (container.Reference is not CedarSet set || !InNode.AreEntities(set))
        {
            return Truth.Error;
        }

        foreach (var item in set.Items)
        {
            if (IsIn(ref view, (CedarEntity)item))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    private bool IsIn(ref RequestView view, CedarEntity container) =>
        container.Resolved is { } known && ReferenceEquals(known.Owner, view.Entities)
            ? view.Resolve(role).IsIn(known.Id)
            : view.Entities.IsIn(view.Variable(role), container);
}
