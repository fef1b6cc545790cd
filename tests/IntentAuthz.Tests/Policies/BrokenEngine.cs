namespace IntentAuthz.Tests.Policies;

/// <summary>Permits everything until it is broken in one of the ways an engine can break.</summary>
internal sealed class BrokenEngine : IPolicyEngine, IDisposable
{
    private readonly ManualResetEventSlim _mended = new();
    private volatile string? _how;
    private int _blocked;
    private int _asked;

    public static TheoryData<string> Ways => new("throws", "hangs", "blocks", "answers null");

    /// <summary>How many threads are blocked in it.</summary>
    internal int Blocked => Volatile.Read(ref _blocked);

    internal int Asked => Volatile.Read(ref _asked);

    internal void Break(string how) => _how = how;

    /// <summary>Lets go who is blocked; from now on it denies.</summary>
    internal void MendAndDeny()
    {
        _how = "denies";
        _mended.Set();
    }

    public string GetVersion(TenantId tenant) => "v";

    public bool CouldPermit(PartialPolicyRequest request) => true;

    public ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        switch (_how)
        {
            case "throws":
                throw new IOException("down");
            case "hangs":
                return new ValueTask<Verdict>(new TaskCompletionSource<Verdict>().Task);
            case "answers null":
                return new ValueTask<Verdict>((Verdict)null!);
            case "blocks":
                Interlocked.Increment(ref _blocked);
                _mended.Wait(CancellationToken.None); // as code that knows nothing of tokens
                Interlocked.Decrement(ref _blocked);
                break;
            case "denies":
                return new ValueTask<Verdict>(new Verdict(VerdictEffect.Deny, ReasonCodes.NoPermit, []));
            default:
                break;
        }

        return new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, []));
    }

    public void Dispose()
    {
        _mended.Set();
        SpinWait.SpinUntil(() => Blocked == 0, TimeSpan.FromSeconds(30));
        _mended.Dispose();
    }
}
