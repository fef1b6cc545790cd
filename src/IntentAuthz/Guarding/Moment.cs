namespace IntentAuthz;

/// <summary>
/// One look at both clocks: the monotonic one, and the wall clock that records and deadlines are in. It may be used for what comes later as long as
/// only a few steps of the library's own lie between, and is looked at anew after anything that waits or can take its time.
/// </summary>
/// <param name="Timestamp">The monotonic time.</param>
/// <param name="UtcNow">The wall-clock time.</param>
internal readonly record struct Moment(long Timestamp, DateTimeOffset UtcNow)
{
    internal static Moment Now(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());
}
