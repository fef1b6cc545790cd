using System.Globalization;

namespace IntentAuthz.Cedar.Extensions;

/// <summary>The functions and methods of the extension types, on values. The error messages are those of the reference.</summary>
internal static class ExtensionCalls
{
    /// <summary>Calls a function; the receiver of a method is the first argument. Null where the call fails.</summary>
    public static CedarValue? Invoke(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        error = null;
        var entry = ExtensionCatalog.Describe(function);
        if (arguments.Length != entry.Arity)
        {
            error = new(string.Create(CultureInfo.InvariantCulture,
                $"wrong number of arguments provided to extension function `{entry.Name}`: expected {entry.Arity}, got {arguments.Length}"));
            return null;
        }

        return function switch
        {
            ExtensionFunction.Decimal or ExtensionFunction.Ip or ExtensionFunction.Datetime or ExtensionFunction.Duration =>
                Construct(function, arguments[0], out error),
            ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual =>
                CompareDecimals(function, arguments, out error),
            ExtensionFunction.IsIpv4 or ExtensionFunction.IsIpv6 or ExtensionFunction.IsLoopback or ExtensionFunction.IsMulticast or ExtensionFunction.IsInRange =>
                TestIp(function, arguments, out error),
            ExtensionFunction.Offset => Offset(arguments, out error),
            ExtensionFunction.DurationSince => DurationSince(arguments, out error),
            ExtensionFunction.ToDate or ExtensionFunction.ToTime => Split(function, arguments, out error),
            _ => ConvertDuration(function, arguments, out error),
        };
    }

    private static CedarValue? Construct(ExtensionFunction function, CedarValue argument, out ExtensionError? error)
    {
        if (argument is not CedarString { Value: var text })
        {
            error = new($"type error: expected string, got {argument.TypeName}", 0);
            return null;
        }

        CedarValue? value = null;
        switch (function)
        {
            case ExtensionFunction.Decimal:
                error = Failure("decimal", DecimalFormat.Parse(text, out var scaled),
                    "a decimal looks like `12.34`: digits on both sides of the point, at most four after it");
                value = CedarDecimal.FromScaled(scaled);
                break;
            case ExtensionFunction.Ip:
                error = Failure("ipaddr", IpFormat.Parse(text, out var address),
                    "addresses look like `127.0.0.1`, `127.0.0.1/24` or `ffee::/64`");
                value = address;
                break;
            case ExtensionFunction.Datetime:
                error = Failure("datetime", DatetimeFormat.Parse(text, out var instant),
                    "datetimes look like `2024-10-15`, `2024-10-15T11:38:02Z` or `2024-10-15T11:38:02.101+0700`");
                value = new CedarDatetime(instant);
                break;
            default:
                error = Failure("duration", DurationFormat.Parse(text, out var length),
                    "durations look like `1d2h3m4s5ms`, with an optional `-` in front");
                value = new CedarDuration(length);
                break;
        }

        return error is null ? value : null;
    }

    private static CedarBool? CompareDecimals(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarDecimal>(arguments, 0, "decimal", "decimal", out error) is not { } left
            || Require<CedarDecimal>(arguments, 1, "decimal", "decimal", out error) is not { } right)
        {
            return null;
        }

        return CedarBool.Of(function switch
        {
            ExtensionFunction.LessThan => left.Value < right.Value,
            ExtensionFunction.LessThanOrEqual => left.Value <= right.Value,
            ExtensionFunction.GreaterThan => left.Value > right.Value,
            _ => left.Value >= right.Value,
        });
    }

    private static CedarBool? TestIp(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarIpAddress>(arguments, 0, "ipaddr", "ip", out error) is not { } address)
        {
            return null;
        }

        switch (function)
        {
            case ExtensionFunction.IsIpv4:
                return CedarBool.Of(address.IsIpv4);
            case ExtensionFunction.IsIpv6:
                return CedarBool.Of(address.IsIpv6);
            case ExtensionFunction.IsLoopback:
                return CedarBool.Of(address.IsLoopback);
            case ExtensionFunction.IsMulticast:
                return CedarBool.Of(address.IsMulticast);
            default:
                return Require<CedarIpAddress>(arguments, 1, "ipaddr", "ip", out error) is { } range ? CedarBool.Of(address.IsInRange(range)) : null;
        }
    }

    private static CedarDatetime? Offset(ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarDatetime>(arguments, 0, "datetime", "datetime", out error) is not { } datetime
            || Require<CedarDuration>(arguments, 1, "duration", "duration", out error) is not { } duration)
        {
            return null;
        }

        if (TimeArithmetic.TryOffset(datetime.UnixMilliseconds, duration.Milliseconds, out var moved))
        {
            return new(moved);
        }

        error = Failure("offset", string.Create(CultureInfo.InvariantCulture, $"overflows when adding an offset: {FromEpoch(datetime)}+({duration.Milliseconds}ms)"));
        return null;
    }

    private static CedarDuration? DurationSince(ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarDatetime>(arguments, 0, "datetime", "datetime", out error) is not { } later
            || Require<CedarDatetime>(arguments, 1, "datetime", "datetime", out error) is not { } earlier)
        {
            return null;
        }

        if (TimeArithmetic.TrySince(later.UnixMilliseconds, earlier.UnixMilliseconds, out var elapsed))
        {
            return new(elapsed);
        }

        error = Failure("durationSince", $"overflows when computing the duration between {FromEpoch(later)} and {FromEpoch(earlier)}");
        return null;
    }

    // How the reference writes an instant in a message, in whatever way it was given.
    private static string FromEpoch(CedarDatetime datetime) =>
        string.Create(CultureInfo.InvariantCulture, $"(datetime(\"1970-01-01\")).offset(duration(\"{datetime.UnixMilliseconds}ms\"))");

    // toDate gives the midnight before, toTime the time since then.
    private static CedarValue? Split(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarDatetime>(arguments, 0, "datetime", "datetime", out error) is not { } datetime)
        {
            return null;
        }

        if (function == ExtensionFunction.ToTime)
        {
            return new CedarDuration(TimeArithmetic.TimeOfDay(datetime.UnixMilliseconds));
        }

        if (TimeArithmetic.TryDate(datetime.UnixMilliseconds, out var midnight))
        {
            return new CedarDatetime(midnight);
        }

        error = Failure("toDate", $"overflows when computing the date of {FromEpoch(datetime)}");
        return null;
    }

    private static CedarLong? ConvertDuration(ExtensionFunction function, ReadOnlySpan<CedarValue> arguments, out ExtensionError? error)
    {
        if (Require<CedarDuration>(arguments, 0, "duration", "duration", out error) is not { } duration)
        {
            return null;
        }

        return new(TimeArithmetic.InUnit(function, duration.Milliseconds));
    }

    private static T? Require<T>(ReadOnlySpan<CedarValue> arguments, int index, string typeName, string constructor, out ExtensionError? error)
        where T : CedarValue
    {
        error = null;
        if (arguments[index] is T value)
        {
            return value;
        }

        error = new($"type error: expected {typeName}, got {arguments[index].TypeName}", index,
            arguments[index] is CedarString ? $"maybe you forgot to apply the `{constructor}` constructor?" : null);
        return null;
    }

    private static ExtensionError? Failure(string extension, string? message, string? help = null) =>
        message is null ? null : new($"error while evaluating `{extension}` extension function: {message}", Help: help);
}
