namespace IntentAuthz.Cedar.Extensions;

/// <summary>The functions and methods of Cedar's extension types.</summary>
internal enum ExtensionFunction
{
    Decimal,
    LessThan,
    LessThanOrEqual,
    GreaterThan,
    GreaterThanOrEqual,
    Ip,
    IsIpv4,
    IsIpv6,
    IsLoopback,
    IsMulticast,
    IsInRange,
    Datetime,
    Offset,
    DurationSince,
    ToDate,
    ToTime,
    Duration,
    ToMilliseconds,
    ToSeconds,
    ToMinutes,
    ToHours,
    ToDays,
}
