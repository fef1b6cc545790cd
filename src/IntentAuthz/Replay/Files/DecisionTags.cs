namespace IntentAuthz;

/// <summary>The numbers of the encoding. They stand in files, so they never change; a new meaning takes a new number.</summary>
internal static class DecisionTags
{
    internal const byte False = 0;
    internal const byte True = 1;
    internal const byte Long = 2;
    internal const byte Text = 3;
    internal const byte Entity = 4;
    internal const byte Set = 5;
    internal const byte Record = 6;
    internal const byte Decimal = 7;
    internal const byte Datetime = 8;
    internal const byte Duration = 9;
    internal const byte IpAddress = 10;

    // What a decision begins with: one bit each.
    internal const byte HasCall = 1;
    internal const byte HasTask = 2;
    internal const byte CallIsNumber = 4; // as the library makes it: 128 bits
    internal const byte HasMandate = 8;
    internal const byte AreEntitiesScrubbed = 16;
    internal const byte IsScrubbed = 32;
    internal const byte AllFlags = 63;

    /// <summary>A reference to nothing where there may be nothing: no obligations, a part of the context that had nothing to say.</summary>
    internal const ulong None = 0;

    /// <summary>A reference to what follows, which is numbered from then on.</summary>
    internal const ulong Inline = 1;

    /// <summary>The reference to the first that was numbered.</summary>
    internal const ulong First = 2;
}
