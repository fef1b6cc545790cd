namespace IntentAuthz.Credentials.Jwt;

/// <summary>How often a <see cref="JwksKeySource"/> fetches, and how long it goes on with what it has.</summary>
public sealed class JwksKeySourceOptions
{
    /// <summary>
    /// After how long the document is fetched again, one second to one day; five minutes when not set. A key that the issuer withdraws is
    /// trusted for so long at most while fetching works.
    /// </summary>
    public TimeSpan RefreshAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The least time between two attempts, one second to one hour; ten seconds when not set. It bounds what a caller can cause with tokens
    /// that name unknown keys.
    /// </summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How old the document may grow while fetching fails, at least <see cref="RefreshAfter"/>, at most seven days; one hour when not set. Then everything is refused.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long one fetch may take, 10 ms to one minute; five seconds when not set.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        Range(nameof(RefreshAfter), RefreshAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range(nameof(MinInterval), MinInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Range(nameof(MaxAge), MaxAge, RefreshAfter, TimeSpan.FromDays(7));
        Range(nameof(FetchTimeout), FetchTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
    }

    private static void Range(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"JwksKeySourceOptions.{setting} is {value}; set it between {least} and {most}.");
        }
    }
}
