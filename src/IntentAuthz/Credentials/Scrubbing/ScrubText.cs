namespace IntentAuthz;

/// <summary>
/// How characters are compared while scrubbing: without the case of ASCII letters, and with base64url's characters as base64's. So one form
/// finds a secret in upper and lower hex, in both alphabets, and in text that somebody put in capitals.
/// </summary>
internal static class ScrubText
{
    private static ReadOnlySpan<byte> Folded =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, (byte)'+', 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
        64, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 91, 92, 93, 94, (byte)'/',
        96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
    ];

    internal static ushort Fold(char c) => c < Folded.Length ? Folded[c] : c;

    /// <summary>The character in eight bits: exact for ASCII, good enough for the first look at any other.</summary>
    internal static byte FoldToByte(char c) => c < Folded.Length ? Folded[c] : (byte)(0x80 | ((c ^ (c >> 7)) & 0x7F));
}
