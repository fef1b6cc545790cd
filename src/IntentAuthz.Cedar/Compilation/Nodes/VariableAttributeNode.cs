namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>principal.name</c>: the entity is at hand once it was looked up.</summary>
internal sealed class VariableAttributeNode(Role role, string name) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (view.Resolve(role).Entity is { } entity && entity.Attributes.TryGetValue(name, out var attribute))
        {
            value = attribute.ToOperand();
            return true;
        }

        value = default;
        return false;
    }
}
