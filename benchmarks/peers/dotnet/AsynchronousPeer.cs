namespace IntentAuthz.Peers;

/// <summary>A peer that answers by a task.</summary>
internal sealed class AsynchronousPeer(string name, string remark, Func<int, ValueTask<bool>> decide) : Peer(name, remark)
{
    internal override async ValueTask DecideAsync(bool[] decisions)
    {
        for (int i = 0; i < decisions.Length; i++)
        {
            decisions[i] = await decide(i);
        }
    }
}
