namespace IntentAuthz;

/// <summary>How a value that does not stand in the user's request itself is tied to it.</summary>
internal enum ValueLink
{
    /// <summary>Not at all, or it needs no tie since it stands there.</summary>
    None = 0,

    /// <summary>It follows by plain arithmetic from numbers or times of the request and, at most, of trusted results.</summary>
    Derived,

    /// <summary>It stands in the one record of a listing that the request describes: by its name, its subject, an amount.</summary>
    Linked,

    /// <summary>It stands in the first or last record of a listing by some number or time, and the request asks for a largest, latest or cheapest one.</summary>
    Extreme,

    /// <summary>It is the only one of its kind in a source that the request names, such as the one mail address on a page.</summary>
    Designated,

    /// <summary>It is an address on a host that the request names, though not this very address.</summary>
    Host,
}
