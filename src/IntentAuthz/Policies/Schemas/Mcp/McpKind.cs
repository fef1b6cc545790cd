namespace IntentAuthz;

/// <summary>What a property of an MCP tool is, as the reference generator tells it.</summary>
internal enum McpKind
{
    Unknown,
    Null,
    Bool,
    Integer,
    Float,
    Number,
    String,
    Decimal,
    Datetime,
    Duration,
    IpAddress,

    /// <summary>One of some strings.</summary>
    Enum,

    /// <summary>A list of one type.</summary>
    Array,

    /// <summary>A list of fixed length, each place of its own type.</summary>
    Tuple,

    /// <summary>One of several types.</summary>
    Union,

    Object,

    /// <summary>What a definition says.</summary>
    Reference,
}
