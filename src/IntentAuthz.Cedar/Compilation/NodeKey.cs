using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>What makes two nodes the same: what they do, the very same operands, and the same constants.</summary>
internal sealed class NodeKey(string kind, ReadOnlySpan<Node> operands, params object[] constants) : IEquatable<NodeKey>
{
    private readonly string _kind = kind;
    private readonly ImmutableArray<Node> _operands = [.. operands];
    private readonly object[] _constants = constants;

    public bool Equals(NodeKey? other)
    {
        if (other is null || !string.Equals(_kind, other._kind, StringComparison.Ordinal)
            || _operands.Length != other._operands.Length || _constants.Length != other._constants.Length)
        {
            return false;
        }

        for (var i = 0; i < _operands.Length; i++)
        {
            if (!ReferenceEquals(_operands[i], other._operands[i]))
            {
                return false;
            }
        }

        for (var i = 0; i < _constants.Length; i++)
        {
            if (!_constants[i].Equals(other._constants[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as NodeKey);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_kind, StringComparer.Ordinal);
        foreach (var operand in _operands)
        {
            hash.Add(RuntimeHelpers.GetHashCode(operand));
        }

        foreach (var constant in _constants)
        {
            hash.Add(constant);
        }

        return hash.ToHashCode();
    }
}
