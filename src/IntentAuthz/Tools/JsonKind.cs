namespace IntentAuthz;

/// <summary>What a JSON Schema says of a value, as far as it decides the Cedar type. The formats of strings are kinds of their own, since Cedar has types for them.</summary>
internal enum JsonKind
{
    /// <summary>Not said, or said in a way that leaves several types open.</summary>
    Any,

    /// <summary>Never anything but null, which counts as absent.</summary>
    Null,

    String,

    /// <summary>A string of format <c>date-time</c> or <c>date</c>.</summary>
    DateTime,

    /// <summary>A string of format <c>duration</c>.</summary>
    Duration,

    /// <summary>A string of format <c>ipv4</c> or <c>ipv6</c>.</summary>
    IpAddress,

    /// <summary>A string of format <c>decimal</c>.</summary>
    DecimalText,

    Integer,
    Number,
    Boolean,
    Array,
    Object,
}
