using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>Functions and methods of the extension types.</summary>
internal sealed partial class Interpreter
{
    private const long MillisecondsPerDay = 24 * 60 * 60 * 1000L;

    private CedarValue? EvaluateCall(ExtensionCallExpr call)
    {
        if (EvaluateAll(call.Arguments) is not { } arguments)
        {
            return null;
        }

        var function = ExtensionCatalog.Describe(call.Function);
        if (arguments.Length != function.Arity)
        {
            return Fail(string.Create(CultureInfo.InvariantCulture,
                $"wrong number of arguments provided to extension function `{function.Name}`: expected {function.Arity}, got {arguments.Length}"), call.Range);
        }

        return call.Function switch
        {
            ExtensionFunction.Decimal or ExtensionFunction.Ip or ExtensionFunction.Datetime or ExtensionFunction.Duration =>
                Construct(call, arguments[0]),
            ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual =>
                CompareDecimals(call, arguments),
            ExtensionFunction.IsIpv4 or ExtensionFunction.IsIpv6 or ExtensionFunction.IsLoopback or ExtensionFunction.IsMulticast or ExtensionFunction.IsInRange =>
                TestIp(call, arguments),
            ExtensionFunction.Offset or ExtensionFunction.DurationSince or ExtensionFunction.ToDate or ExtensionFunction.ToTime =>
                CalculateDatetime(call, arguments),
            _ => ConvertDuration(call, arguments),
        };
    }

    private CedarValue? Construct(ExtensionCallExpr call, CedarValue argument)
    {
        if (argument is not CedarString { Value: var text })
        {
            return FailType("string", argument, call.Arguments[0].Range);
        }

        switch (call.Function)
        {
            case ExtensionFunction.Decimal:
                return DecimalFormat.Parse(text, out var scaled) is { } decimalError
                    ? FailExtension("decimal", decimalError, call, "a decimal looks like `12.34`: digits on both sides of the point, at most four after it")
                    : CedarDecimal.FromScaled(scaled);
            case ExtensionFunction.Ip:
                return IpFormat.Parse(text, out var address) is { } ipError
                    ? FailExtension("ipaddr", ipError, call, "addresses look like `127.0.0.1`, `127.0.0.1/24` or `ffee::/64`")
                    : address;
            case ExtensionFunction.Datetime:
                return DatetimeFormat.Parse(text, out var instant) is { } datetimeError
                    ? FailExtension("datetime", datetimeError, call, "datetimes look like `2024-10-15`, `2024-10-15T11:38:02Z` or `2024-10-15T11:38:02.101+0700`")
                    : new CedarDatetime(instant);
            default:
                return DurationFormat.Parse(text, out var length) is { } durationError
                    ? FailExtension("duration", durationError, call, "durations look like `1d2h3m4s5ms`, with an optional `-` in front")
                    : new CedarDuration(length);
        }
    }

    private CedarBool? CompareDecimals(ExtensionCallExpr call, CedarValue[] arguments)
    {
        if (Require<CedarDecimal>(call, arguments, 0, "decimal", "decimal") is not { } left
            || Require<CedarDecimal>(call, arguments, 1, "decimal", "decimal") is not { } right)
        {
            return null;
        }

        var order = left.Value.CompareTo(right.Value);
        return CedarBool.Of(call.Function switch
        {
            ExtensionFunction.LessThan => order < 0,
            ExtensionFunction.LessThanOrEqual => order <= 0,
            ExtensionFunction.GreaterThan => order > 0,
            _ => order >= 0,
        });
    }

    private CedarBool? TestIp(ExtensionCallExpr call, CedarValue[] arguments)
    {
        if (Require<CedarIpAddress>(call, arguments, 0, "ipaddr", "ip") is not { } address)
        {
            return null;
        }

        switch (call.Function)
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
                return Require<CedarIpAddress>(call, arguments, 1, "ipaddr", "ip") is { } range ? CedarBool.Of(address.IsInRange(range)) : null;
        }
    }

    private CedarValue? CalculateDatetime(ExtensionCallExpr call, CedarValue[] arguments)
    {
        if (Require<CedarDatetime>(call, arguments, 0, "datetime", "datetime") is not { } datetime)
        {
            return null;
        }

        var instant = datetime.UnixMilliseconds;
        switch (call.Function)
        {
            case ExtensionFunction.Offset:
                if (Require<CedarDuration>(call, arguments, 1, "duration", "duration") is not { } duration)
                {
                    return null;
                }

                return Fits((Int128)instant + duration.Milliseconds, out var moved)
                    ? new CedarDatetime(moved)
                    : FailExtension("offset", $"overflows when adding an offset: {datetime}+({duration.Milliseconds}ms)", call);
            case ExtensionFunction.DurationSince:
                if (Require<CedarDatetime>(call, arguments, 1, "datetime", "datetime") is not { } earlier)
                {
                    return null;
                }

                return Fits((Int128)instant - earlier.UnixMilliseconds, out var elapsed)
                    ? new CedarDuration(elapsed)
                    : FailExtension("durationSince", $"overflows when computing the duration between {datetime} and {earlier}", call);
            case ExtensionFunction.ToDate:
                return Fits((Int128)instant - TimeOfDay(instant), out var midnight)
                    ? new CedarDatetime(midnight)
                    : FailExtension("toDate", $"overflows when computing the date of {datetime}", call);
            default:
                return new CedarDuration(TimeOfDay(instant));
        }
    }

    // Counted from the midnight before, also for instants before 1970.
    private static long TimeOfDay(long instant)
    {
        var remainder = instant % MillisecondsPerDay;
        return remainder < 0 ? remainder + MillisecondsPerDay : remainder;
    }

    private static bool Fits(Int128 value, out long result)
    {
        result = unchecked((long)value);
        return result == value;
    }

    // Each unit is rounded towards zero.
    private CedarLong? ConvertDuration(ExtensionCallExpr call, CedarValue[] arguments)
    {
        if (Require<CedarDuration>(call, arguments, 0, "duration", "duration") is not { } duration)
        {
            return null;
        }

        return new CedarLong(duration.Milliseconds / call.Function switch
        {
            ExtensionFunction.ToMilliseconds => 1,
            ExtensionFunction.ToSeconds => 1000,
            ExtensionFunction.ToMinutes => 60 * 1000,
            ExtensionFunction.ToHours => 60 * 60 * 1000,
            _ => MillisecondsPerDay,
        });
    }

    private T? Require<T>(ExtensionCallExpr call, CedarValue[] arguments, int index, string typeName, string constructor)
        where T : CedarValue
    {
        if (arguments[index] is T value)
        {
            return value;
        }

        FailType(typeName, arguments[index], call.Arguments[index].Range,
            arguments[index] is CedarString ? $"maybe you forgot to apply the `{constructor}` constructor?" : null);
        return null;
    }

    private CedarValue? FailExtension(string extension, string message, ExtensionCallExpr call, string? help = null) =>
        Fail($"error while evaluating `{extension}` extension function: {message}", call.Range, help);
}
