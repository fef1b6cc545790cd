namespace IntentAuthz.Peers;

/// <summary>A peer that answers at once.</summary>
internal sealed class SynchronousPeer(string name, string remark, Func<int, bool> decide) : Peer(name, remark)
{
    internal override ValueTask DecideAsync(bool[] decisions)
    {
        for (int i = 0; i < decisions.Length; i++)
        {
            decisions[i] = decide(i);
        }

        return ValueTask.CompletedTask;
    }
}
