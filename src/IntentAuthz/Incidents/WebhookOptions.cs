namespace IntentAuthz;

/// <summary>Where a <see cref="WebhookIncidentSink"/> posts to, and how often it tries. Each value is checked when it is set.</summary>
public sealed class WebhookOptions
{
    /// <summary>The fewest bytes of a key.</summary>
    public const int MinKeyBytes = 32;

    /// <summary>
    /// Where to: an absolute <c>https</c> address, or <c>http</c> to this machine (<c>localhost</c>, <c>127.0.0.0/8</c>, <c>::1</c>), without user name
    /// and password.
    /// </summary>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public required Uri Address { get; init => field = Check(value); }

    /// <summary>The key that signs each message (HMAC-SHA256), at least <see cref="MinKeyBytes"/> random bytes, which the receiver has too.</summary>
    /// <exception cref="ArgumentException">It is too short.</exception>
    public required byte[] Key
    {
        get;
        init => field = value is { Length: >= MinKeyBytes } ? (byte[])value.Clone()
            : throw new ArgumentException($"The key of a webhook has at least {MinKeyBytes} random bytes.", nameof(value));
    }

    /// <summary>How long one attempt may take, 100 ms to 1 minute.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan Timeout { get; init => field = InRange(value, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)); } = TimeSpan.FromSeconds(10);

    /// <summary>How many attempts one message gets, 1 to 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxAttempts { get; init => field = InRange(value, 1, 20); } = 6;

    /// <summary>How long to wait after the first attempt, 10 ms to 1 minute; twice as long after each further one, at most 5 minutes, each shortened by up to half at random.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan FirstDelay { get; init => field = InRange(value, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)); } = TimeSpan.FromSeconds(1);

    private static Uri Check(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        bool isTaken = address.IsAbsoluteUri && address.UserInfo.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
        return isTaken ? address : throw new ArgumentException(
            "A webhook's address is https without user name and password, or http to this machine alone; what it says of an incident is for nobody on the way.", nameof(address));
    }

    private static T InRange<T>(T value, T least, T most)
        where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The value is from {least} to {most}.");
}
