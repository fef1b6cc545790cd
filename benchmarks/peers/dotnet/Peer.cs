namespace IntentAuthz.Peers;

/// <summary>A way to decide the requests of a world.</summary>
/// <param name="name">Who decides.</param>
/// <param name="remark">What the figure holds more or less of than the first row's.</param>
internal abstract class Peer(string name, string remark)
{
    internal string Name => name;

    internal string Remark => remark;

    /// <summary>Decides each request once.</summary>
    internal abstract ValueTask DecideAsync(bool[] decisions);
}
