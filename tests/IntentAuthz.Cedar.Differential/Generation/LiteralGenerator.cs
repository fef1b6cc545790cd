using System.Globalization;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>Values that are likely to matter: the ends of ranges, what two of them have in common, what is nearly right.</summary>
internal sealed class LiteralGenerator(Prng random)
{
    private static readonly long[] Longs =
    [
        0, 1, -1, 2, 3, 10, 24, 1000, long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1, 1L << 62, -(1L << 62), (1L << 53) + 1, -(1L << 53) - 1, 3037000500, 1L << 32, -(1L << 31),
    ];

    private static readonly string[] Texts = ["", "a", "b", "ab", "a*b", "*", "é", "e\u0301", "😀", "\0", "\"", "\\", "\n", "aaab", "User", "1.0", "127.0.0.1", "\u202e", "a b"];

    private static readonly string[] Patterns = ["*", "", "a*", "*b", "a*b", "a\\*b", "*a*a*", "**", "?", "é*", "*\\u{301}", "a", "\\*", "\\\"*", "*😀"];

    private static readonly string[] Decimals = ["0.0", "1.0", "-1.0", "1.5", "0.0001", "-0.0001", "922337203685477.5807", "-922337203685477.5808", "12.34"];
    private static readonly string[] Ips = ["127.0.0.1", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "255.255.255.255/32", "::1", "::", "ffee::/64", "ffee::11", "224.0.0.1", "ff00::2", "192.168.0.1/24"];
    private static readonly string[] Datetimes = ["2024-10-15", "1970-01-01", "2024-10-15T11:35:00Z", "2024-02-29T23:59:59.999Z", "1969-12-31T23:59:59.999-0100", "9999-12-31", "0000-01-01", "2024-10-15T00:00:00.000+2359"];
    private static readonly string[] Durations = ["0ms", "1ms", "-1ms", "1h", "1d2h3m4s5ms", "-2d", "9223372036854775807ms", "-9223372036854775808ms", "24h", "106751991167d"];

    // Each nearly right; some are.
    private static readonly string[] Doubtful =
    [
        "", "1", "1.", ".5", "1.00000", "+1.0", "922337203685477.5808", "1.0 ", "127.0.0.1/33", "::ffff:127.0.0.1", "127.0.0.01", "1.2.3", "::1/129", "::ffff:1.2.3", "fe80::1%eth0", "127.0.0.1/08", "1:2:3:4:5:6:7:8:9", "2024-13-01", "2023-02-29",
        "2024-10-15T24:00:00Z", "2024-10-15T11:35:60Z", "2024-10-15 11:35:00Z", "2024-10-15T11:35:00.1Z", "2024-10-15T11:35:00.000+2400", "10000-01-01", "1ms1s", "1h1h", "-", "d", "1 d", "9223372036854775808ms", "106751991168d", "１d", "2024-1-1",
    ];

    private static readonly string[] Ids = ["e0", "e0", "e0", "e0", "e1", "e1", "e2", "", "é\"\\", "a\nb"];

    public long Long() => random.Percent(85) ? random.Pick(Longs) : random.Percent(50) ? random.Below(100) : (long)random.Next();

    public string Text() => random.Pick(Texts);

    public string Pattern() => random.Pick(Patterns);

    public string Id(GEntityType type) => type.EnumIds is { } ids && !random.Mistake(15) ? random.PickFrom(ids) : random.Pick(Ids);

    /// <summary>The function that makes a value of an extension type, and an argument for it.</summary>
    public (string Function, string Argument) Extension(string type)
    {
        var (function, arguments) = type switch
        {
            "decimal" => ("decimal", Decimals),
            "ipaddr" => ("ip", Ips),
            "datetime" => ("datetime", Datetimes),
            _ => ("duration", Durations),
        };
        return (function, random.Mistake(12) ? random.Pick(Doubtful) : random.Pick(arguments));
    }

    public string LongText() => Long().ToString(CultureInfo.InvariantCulture);
}
