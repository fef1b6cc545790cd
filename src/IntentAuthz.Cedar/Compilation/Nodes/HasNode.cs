using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a has b.c</c>.</summary>
internal sealed class HasNode(Node target, ImmutableArray<string> path) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        target.TryEvaluate(ref view, out var value) ? Attributes.HasPath(ref view, value.Reference, path.AsSpan()) : Truth.Error;
}
