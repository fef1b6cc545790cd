using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace IntentAuthz;

/// <summary>
/// The line of a record: its number, the record itself and the chain after it. The chain is over the record's very bytes, which are found by what
/// stands around them, so that nothing has to be written anew to verify them.
/// </summary>
internal static class AuditLogLine
{
    /// <summary>More records than a log can have; a number from here on was not written by a host, and would overflow what counts them.</summary>
    internal const long MaxRecords = 1L << 53;

    /// <summary>How many bytes stand behind the record.</summary>
    internal const int TailLength = 10 + Hash256.TextLength + 2; // ,"chain":"…"}

    private static ReadOnlySpan<byte> Start => "{\"n\":"u8;

    private static ReadOnlySpan<byte> Middle => ",\"record\":"u8;

    private static ReadOnlySpan<byte> BeforeChain => ",\"chain\":\""u8;

    private static ReadOnlySpan<byte> Last => "\"}"u8;

    /// <summary>What stands before the record.</summary>
    internal static void Begin(IBufferWriter<byte> destination, long number)
    {
        destination.Write(Start);
        Span<byte> digits = destination.GetSpan(20);
        _ = Utf8Formatter.TryFormat(number, digits, out int written);
        destination.Advance(written);
        destination.Write(Middle);
    }

    /// <summary>What stands after it.</summary>
    internal static void End(IBufferWriter<byte> destination, in Hash256 chain)
    {
        destination.Write(BeforeChain);
        _ = Base64Url.TryEncodeToUtf8(chain, destination.GetSpan(Hash256.TextLength), out int written);
        destination.Advance(written);
        destination.Write(Last);
    }

    internal static bool TryRead(ReadOnlySpan<byte> line, out long number, out ReadOnlySpan<byte> record, out Hash256 chain)
    {
        number = 0;
        record = default;
        chain = default;
        if (line.Length < TailLength || !line.StartsWith(Start) || !line.EndsWith(Last))
        {
            return false;
        }

        ReadOnlySpan<byte> tail = line[^TailLength..];
        if (!tail.StartsWith(BeforeChain) || !Hash256.TryParse(tail[BeforeChain.Length..^Last.Length], out chain))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[Start.Length..^TailLength];
        int digits = rest.IndexOf((byte)',');
        if (digits is < 1 or > 19 || !rest[digits..].StartsWith(Middle)
            || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out number) || (digits > 1 && rest[0] == '0')
            || number >= MaxRecords)
        {
            return false;
        }

        record = rest[(digits + Middle.Length)..];
        return true;
    }
}
