namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a is Type</c> or <c>a is Type in b</c>; b is only evaluated when the type is right.</summary>
internal sealed class TypeNode(Node operand, string type, Node? container) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!operand.TryEvaluate(ref view, out var value) || value.Reference is not CedarEntity entity)
        {
            return Truth.Error;
        }

        if (!string.Equals(entity.Uid.Type, type, StringComparison.Ordinal))
        {
            return Truth.False;
        }

        return container is null ? Truth.True
            : container.TryEvaluate(ref view, out var other) ? InNode.Test(ref view, entity, other)
            : Truth.Error;
    }
}
