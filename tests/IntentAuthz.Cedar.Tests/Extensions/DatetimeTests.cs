namespace IntentAuthz.Cedar.Tests.Extensions;

/// <summary>Datetimes and durations: literals, arithmetic and its limits.</summary>
public sealed class DatetimeTests
{
    [Theory]
    [InlineData("1970-01-01", 0)]
    [InlineData("2024-10-15", 1_728_950_400_000)]
    [InlineData("2024-10-15T11:38:02Z", 1_728_992_282_000)]
    [InlineData("2024-10-15T11:38:02.101Z", 1_728_992_282_101)]
    [InlineData("2024-10-15T11:38:02+0700", 1_728_967_082_000)]
    [InlineData("2024-10-15T11:38:02.101-0130", 1_728_997_682_101)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("2024-02-29", 1_709_164_800_000)]
    [InlineData("0000-01-01", -62_167_219_200_000)]
    [InlineData("0000-02-29", -62_162_121_600_000)]
    [InlineData("0000-01-01T00:00:00+2359", -62_167_305_540_000)] // The offset may lead out of the years that can be written.
    [InlineData("9999-12-31T23:59:59.999Z", 253_402_300_799_999)]
    [InlineData("9999-12-31T23:59:59.999-2359", 253_402_387_139_999)]
    public void A_datetime_is_a_date_or_a_date_with_time_and_offset(string text, long milliseconds)
    {
        Assert.True(CedarDatetime.TryParse(text, out var parsed), $"{text} should be a datetime.");
        Assert.Equal(milliseconds, parsed.UnixMilliseconds);
    }

    [Theory]
    [InlineData("", "invalid date pattern")]
    [InlineData("2024-1-1", "invalid date pattern")]
    [InlineData("24-01-01", "invalid date pattern")]
    [InlineData("-2024-01-01", "invalid date pattern")]
    [InlineData("2024-13-01", "invalid date: 2024-13-01")]
    [InlineData("2024-00-01", "invalid date: 2024-00-01")]
    [InlineData("2024-01-32", "invalid date: 2024-01-32")]
    [InlineData("2023-02-29", "invalid date: 2023-02-29")]
    [InlineData("1900-02-29", "invalid date: 1900-02-29")]
    [InlineData("2024-10-15T", "invalid hour/minute/second pattern")]
    [InlineData("2024-10-15 11:38:02Z", "invalid hour/minute/second pattern")]
    [InlineData("2024-10-15t11:38:02Z", "invalid hour/minute/second pattern")]
    [InlineData("2024-10-15T11:38:02", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T11:38:02z", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T11:38:02.1Z", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T11:38:02.1010Z", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T11:38:02+07:00", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T11:38:02Z ", "invalid millisecond and/or offset pattern")]
    [InlineData("2024-10-15T24:00:00Z", "invalid hour/minute/second: 24:00:00")]
    [InlineData("2024-10-15T23:60:00Z", "invalid hour/minute/second: 23:60:00")]
    [InlineData("2016-12-31T23:59:60Z", "invalid hour/minute/second: 23:59:60")] // Leap seconds do not exist.
    [InlineData("2024-10-15T11:38:02+2400", "invalid offset range: 240")]
    [InlineData("2024-10-15T11:38:02+0060", "invalid offset range: 060")]
    [InlineData("2024-13-01T99:00:00X", "invalid millisecond and/or offset pattern")] // Form before ranges.
    public void Anything_else_is_an_error(string text, string expected) =>
        Assert.Equal($"error while evaluating `datetime` extension function: {expected}", Expressions.Error($"datetime(\"{text}\")").Message);

    [Theory]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("-1h", -3_600_000)]
    [InlineData("0ms", 0)]
    [InlineData("5m", 300_000)]
    [InlineData("5ms", 5)]
    [InlineData("1m1ms", 60_001)]
    [InlineData("0001d", 86_400_000)]
    [InlineData("9223372036854775807ms", long.MaxValue)]
    [InlineData("-9223372036854775808ms", long.MinValue)]
    [InlineData("106751991167d7h12m55s807ms", long.MaxValue)]
    public void A_duration_is_numbers_with_units_from_the_largest_to_the_smallest(string text, long milliseconds)
    {
        Assert.True(CedarDuration.TryParse(text, out var parsed), $"{text} should be a duration.");
        Assert.Equal(milliseconds, parsed.Milliseconds);
    }

    [Theory]
    [InlineData("", "invalid duration pattern")]
    [InlineData("-", "invalid duration pattern")]
    [InlineData("1", "invalid duration pattern")]
    [InlineData("h", "invalid duration pattern")]
    [InlineData("1x", "invalid duration pattern")]
    [InlineData("1h1d", "invalid duration pattern")]
    [InlineData("1d1d", "invalid duration pattern")]
    [InlineData("1d 2h", "invalid duration pattern")]
    [InlineData("+1h", "invalid duration pattern")]
    [InlineData("1.5h", "invalid duration pattern")]
    [InlineData("9223372036854775808ms", "Duration overflows internal representation")]
    [InlineData("-9223372036854775809ms", "Duration overflows internal representation")]
    [InlineData("106751991167d7h12m55s808ms", "Duration overflows internal representation")]
    [InlineData("99999999999999999999999d", "Duration overflows internal representation")]
    public void Any_other_duration_is_an_error(string text, string expected) =>
        Assert.Equal($"error while evaluating `duration` extension function: {expected}", Expressions.Error($"duration(\"{text}\")").Message);

    [Theory]
    [InlineData("datetime(\"2024-10-15\").offset(duration(\"1d1ms\"))", "datetime(\"2024-10-16T00:00:00.001Z\")")]
    [InlineData("datetime(\"2024-10-15\").offset(duration(\"-1ms\"))", "datetime(\"2024-10-14T23:59:59.999Z\")")]
    [InlineData("datetime(\"2024-10-15\").durationSince(datetime(\"2024-10-14T23:00:00Z\"))", "duration(\"3600000ms\")")]
    [InlineData("datetime(\"2024-10-15T11:38:02.101Z\").toDate()", "datetime(\"2024-10-15\")")]
    [InlineData("datetime(\"1969-12-31T23:00:00Z\").toDate()", "datetime(\"1969-12-31\")")] // Down also before 1970.
    [InlineData("datetime(\"2024-10-15T01:00:00Z\").toTime()", "duration(\"3600000ms\")")]
    [InlineData("datetime(\"1969-12-31T23:00:00Z\").toTime()", "duration(\"82800000ms\")")]
    [InlineData("datetime(\"9999-12-31\").offset(duration(\"1d\"))", "datetime(\"1970-01-01\").offset(duration(\"253402300800000ms\"))")]
    [InlineData("duration(\"-90061001ms\").toMilliseconds()", "-90061001")]
    [InlineData("duration(\"-90061001ms\").toSeconds()", "-90061")]
    [InlineData("duration(\"-90061001ms\").toMinutes()", "-1501")]
    [InlineData("duration(\"-90061001ms\").toHours()", "-25")]
    [InlineData("duration(\"-90061001ms\").toDays()", "-1")]
    public void Methods_calculate(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData(
        "datetime(\"1970-01-02\").offset(duration(\"9223372036854775807ms\"))",
        "`offset` extension function: overflows when adding an offset: (datetime(\"1970-01-01\")).offset(duration(\"86400000ms\"))+(9223372036854775807ms)")]
    [InlineData(
        "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).durationSince(datetime(\"1970-01-02\"))",
        "`durationSince` extension function: overflows when computing the duration between (datetime(\"1970-01-01\")).offset(duration(\"-9223372036854775808ms\")) and (datetime(\"1970-01-01\")).offset(duration(\"86400000ms\"))")]
    [InlineData(
        "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).toDate()",
        "`toDate` extension function: overflows when computing the date of (datetime(\"1970-01-01\")).offset(duration(\"-9223372036854775808ms\"))")]
    public void Overflow_is_an_error(string expression, string message) =>
        Assert.Equal($"error while evaluating {message}", Expressions.Error(expression).Message);

    [Fact]
    public void FromDateTimeOffset_keeps_the_instant_and_drops_the_offset() =>
        Assert.Equal("datetime(\"2024-10-15T04:38:02.101Z\")",
            CedarDatetime.FromDateTimeOffset(new DateTimeOffset(2024, 10, 15, 11, 38, 2, 101, TimeSpan.FromHours(7))).ToString());

    [Fact]
    public void FromTimeSpan_counts_milliseconds() => Assert.Equal(1_500, CedarDuration.FromTimeSpan(TimeSpan.FromSeconds(1.5)).Milliseconds);
}
