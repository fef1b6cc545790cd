using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz.Containment;

/// <summary>How the way out behaves, for the proxy and in process. Bounds are for one call's proxy. Immutable.</summary>
public sealed record EgressOptions
{
    /// <summary>The defaults.</summary>
    public static EgressOptions Default { get; } = new();

    /// <summary>Finds addresses; the operating system's resolver when not set.</summary>
    public IHostResolver Resolver { get; init; } = SystemHostResolver.Instance;

    /// <summary>The ports at which the proxy speaks TLS to the host although the child said <c>http://</c>. 443 when not set.</summary>
    public ImmutableArray<int> TlsPorts { get; init; } = [443];

    /// <summary>Certificate authorities to trust in place of the system's; empty for the system's.</summary>
    public ImmutableArray<X509Certificate2> TrustedAuthorities { get; init; } = [];

    /// <summary>
    /// Whether requests may carry an <c>Authorization</c> or <c>Cookie</c> field of the child's own. Off: whatever secret a child has, it was not given
    /// one by a broker, and another party's account at a granted host is a way to carry data out.
    /// </summary>
    public bool AllowsOwnCredentials { get; init; }

    /// <summary>The most bytes of a request's head, 1 KiB to 256 KiB.</summary>
    public int MaxHeadBytes { get; init => field = Between(value, 1024, 256 * 1024); } = 32 * 1024;

    /// <summary>The most fields in a request's head, 1 to 1,000.</summary>
    public int MaxFields { get; init => field = (int)Between(value, 1, 1000); } = 100;

    /// <summary>The most bytes of a request's body.</summary>
    public long MaxRequestBytes { get; init => field = Between(value, 0, long.MaxValue); } = 64L * 1024 * 1024;

    /// <summary>
    /// The most bytes of a body that is held in memory. One whose length is not announced is read whole before the decision, so that its length is part
    /// of it; one that goes with a credential, so that it can be sent again where the service asks for that.
    /// </summary>
    public int MaxChunkedBytes { get; init => field = Between(value, 0, 64 * 1024 * 1024); } = 1024 * 1024;

    /// <summary>The most bytes of a response's body.</summary>
    public long MaxResponseBytes { get; init => field = Between(value, 1, long.MaxValue); } = 256L * 1024 * 1024;

    /// <summary>The most bytes of a response's body that is kept in memory, as in process.</summary>
    public int MaxBufferedBytes { get; init => field = Between(value, 1, 1024 * 1024 * 1024); } = 8 * 1024 * 1024;

    /// <summary>The most bytes through one tunnel, both ways together.</summary>
    public long MaxTunnelBytes { get; init => field = Between(value, 1, long.MaxValue); } = 256L * 1024 * 1024;

    /// <summary>How many connections a child may have to its proxy.</summary>
    public int MaxConnections { get; init => field = Between(value, 1, 10_000); } = 64;

    /// <summary>
    /// How many tunnels a task may have open at a time, its sub-tasks' with them, 1 to 10,000. A proxy that is made by hand counts its own.
    /// </summary>
    public int MaxTunnels { get; init => field = Between(value, 1, 10_000); } = 16;

    /// <summary>How long a head may take from its first byte on, and a new connection until then.</summary>
    public TimeSpan HeadTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing may move: between requests, within a body, in a tunnel.</summary>
    public TimeSpan IdleTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(60);

    /// <summary>How long a connection to the host may take, with finding its address.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may take in all.</summary>
    public TimeSpan RequestTimeout { get; init => field = Positive(value); } = TimeSpan.FromMinutes(5);

    /// <summary>How long a tunnel may live.</summary>
    public TimeSpan TunnelTimeout { get; init => field = Positive(value); } = TimeSpan.FromMinutes(10);

    private static int Between(int value, int least, int most) => (int)Between((long)value, least, most);

    private static long Between(long value, long least, long most) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"This bound of the way out is from {least} to {most}.");

    private static TimeSpan Positive(TimeSpan value) => value > TimeSpan.Zero && value <= TimeSpan.FromDays(1)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A time limit of the way out is above zero and at most a day.");
}
