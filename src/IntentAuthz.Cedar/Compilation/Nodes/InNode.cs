namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a in b</c>, where b is an entity or a set of entities.</summary>
internal sealed class InNode(Node left, Node right) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!left.TryEvaluate(ref view, out var a) || !right.TryEvaluate(ref view, out var b))
        {
            return Truth.Error;
        }

        return a.Reference is CedarEntity entity ? Test(ref view, entity, b) : Truth.Error;
    }

    /// <summary>Whether an entity is in what stands on the right.</summary>
    public static Truth Test(ref RequestView view, CedarEntity entity, in Operand container)
    {
        if (container.Reference is CedarEntity other)
        {
            return Of(view.Entities.IsIn(entity, other));
        }

        if (container.Reference is not CedarSet set || !AreEntities(set))
        {
            return Truth.Error;
        }

        foreach (var item in set.Items)
        {
            if (view.Entities.IsIn(entity, (CedarEntity)item))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    /// <summary>Whether all members are entities, which they must be before any is compared.</summary>
    public static bool AreEntities(CedarSet set)
    {
        foreach (var item in set.Items)
        {
            if (item is not CedarEntity)
            {
                return false;
            }
        }

        return true;
    }
}
