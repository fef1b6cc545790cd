using System.Collections.Frozen;

namespace IntentAuthz.Cedar.Extensions;

/// <summary>What is known of each extension function before it is called: its name, how it is called, how many arguments it takes.</summary>
internal static class ExtensionCatalog
{
    private static readonly Entry[] Entries =
    [
        new(ExtensionFunction.Decimal, "decimal", IsMethod: false, Arity: 1),
        new(ExtensionFunction.LessThan, "lessThan", IsMethod: true, Arity: 2),
        new(ExtensionFunction.LessThanOrEqual, "lessThanOrEqual", IsMethod: true, Arity: 2),
        new(ExtensionFunction.GreaterThan, "greaterThan", IsMethod: true, Arity: 2),
        new(ExtensionFunction.GreaterThanOrEqual, "greaterThanOrEqual", IsMethod: true, Arity: 2),
        new(ExtensionFunction.Ip, "ip", IsMethod: false, Arity: 1),
        new(ExtensionFunction.IsIpv4, "isIpv4", IsMethod: true, Arity: 1),
        new(ExtensionFunction.IsIpv6, "isIpv6", IsMethod: true, Arity: 1),
        new(ExtensionFunction.IsLoopback, "isLoopback", IsMethod: true, Arity: 1),
        new(ExtensionFunction.IsMulticast, "isMulticast", IsMethod: true, Arity: 1),
        new(ExtensionFunction.IsInRange, "isInRange", IsMethod: true, Arity: 2),
        new(ExtensionFunction.Datetime, "datetime", IsMethod: false, Arity: 1),
        new(ExtensionFunction.Offset, "offset", IsMethod: true, Arity: 2),
        new(ExtensionFunction.DurationSince, "durationSince", IsMethod: true, Arity: 2),
        new(ExtensionFunction.ToDate, "toDate", IsMethod: true, Arity: 1),
        new(ExtensionFunction.ToTime, "toTime", IsMethod: true, Arity: 1),
        new(ExtensionFunction.Duration, "duration", IsMethod: false, Arity: 1),
        new(ExtensionFunction.ToMilliseconds, "toMilliseconds", IsMethod: true, Arity: 1),
        new(ExtensionFunction.ToSeconds, "toSeconds", IsMethod: true, Arity: 1),
        new(ExtensionFunction.ToMinutes, "toMinutes", IsMethod: true, Arity: 1),
        new(ExtensionFunction.ToHours, "toHours", IsMethod: true, Arity: 1),
        new(ExtensionFunction.ToDays, "toDays", IsMethod: true, Arity: 1),
    ];

    private static readonly FrozenDictionary<string, Entry> ByName = Entries.ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>One function. Arity counts the receiver of a method.</summary>
    public sealed record Entry(ExtensionFunction Function, string Name, bool IsMethod, int Arity);

    public static IEnumerable<string> Functions => Entries.Where(entry => !entry.IsMethod).Select(entry => entry.Name);

    public static IEnumerable<string> Methods => Entries.Where(entry => entry.IsMethod).Select(entry => entry.Name);

    public static Entry? Find(string name) => ByName.GetValueOrDefault(name);

    public static Entry Describe(ExtensionFunction function) => Entries[(int)function];
}
