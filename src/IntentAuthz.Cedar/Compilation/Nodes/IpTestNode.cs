using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.isIpv4()</c>, <c>a.isInRange(b)</c> and the other questions to an address.</summary>
internal sealed class IpTestNode(ExtensionFunction function, Node operand, Node? range) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        var other = default(Operand);
        if (!operand.TryEvaluate(ref view, out var value) || (range is not null && !range.TryEvaluate(ref view, out other))
            || value.Reference is not CedarIpAddress address)
        {
            return Truth.Error;
        }

        switch (function)
        {
            case ExtensionFunction.IsIpv4:
                return Of(address.IsIpv4);
            case ExtensionFunction.IsIpv6:
                return Of(address.IsIpv6);
            case ExtensionFunction.IsLoopback:
                return Of(address.IsLoopback);
            case ExtensionFunction.IsMulticast:
                return Of(address.IsMulticast);
            default:
                return other.Reference is CedarIpAddress limits ? Of(address.IsInRange(limits)) : Truth.Error;
        }
    }
}
