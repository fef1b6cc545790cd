using System.Buffers.Binary;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>The server name in the first message of TLS (RFC 8446, section 4.1.2; RFC 6066, section 3), as far as it has come.</summary>
internal static class ClientHello
{
    /// <summary>More than clients send, with post-quantum keys and encrypted hellos; what needs more is refused.</summary>
    internal const int MaxBytes = 32 * 1024;

    private const byte Handshake = 22, Hello = 1, HostName = 0;
    private const int RecordHead = 5, ServerName = 0;

    internal enum Outcome
    {
        /// <summary>There is not enough yet to tell.</summary>
        Incomplete,

        /// <summary>This is not TLS.</summary>
        Other,

        /// <summary>It begins as TLS does, and cannot be read.</summary>
        Unreadable,

        /// <summary>It was read; there may be no name in it.</summary>
        Read,
    }

    /// <summary>Reads what a client has sent so far.</summary>
    internal static (Outcome Outcome, string? Name) Read(ReadOnlySpan<byte> sent)
    {
        if (sent.IsEmpty || sent[0] != Handshake)
        {
            return (sent.IsEmpty ? Outcome.Incomplete : Outcome.Other, null);
        }

        // The message may be cut into several records.
        byte[] message = new byte[sent.Length];
        int length = 0;
        for (ReadOnlySpan<byte> left = sent; left.Length >= RecordHead;)
        {
            int count = BinaryPrimitives.ReadUInt16BigEndian(left[3..]);
            if (left[0] != Handshake || count == 0)
            {
                return (Outcome.Unreadable, null);
            }

            int here = Math.Min(count, left.Length - RecordHead);
            left.Slice(RecordHead, here).CopyTo(message.AsSpan(length));
            length += here;
            left = left[(RecordHead + here)..];
            if (length >= 4 && length - 4 >= Length24(message))
            {
                break;
            }
        }

        if (length > 0 && message[0] != Hello)
        {
            return (Outcome.Unreadable, null);
        }

        return length < 4 || length - 4 < Length24(message) ? (Outcome.Incomplete, null) : Name(message.AsSpan(4, Length24(message)));
    }

    private static int Length24(ReadOnlySpan<byte> message) => (message[1] << 16) | (message[2] << 8) | message[3];

    private static (Outcome Outcome, string? Name) Name(ReadOnlySpan<byte> hello)
    {
        // version, random, session, cipher suites, compressions
        if (!TrySkip(ref hello, 34) || !TryTake(ref hello, 1, out _) || !TryTake(ref hello, 2, out _) || !TryTake(ref hello, 1, out _))
        {
            return (Outcome.Unreadable, null);
        }

        if (hello.IsEmpty)
        {
            return (Outcome.Read, null);
        }

        if (!TryTake(ref hello, 2, out ReadOnlySpan<byte> extensions))
        {
            return (Outcome.Unreadable, null);
        }

        string? name = null;
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 2)
            {
                return (Outcome.Unreadable, null);
            }

            int kind = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake(ref extensions, 2, out ReadOnlySpan<byte> body))
            {
                return (Outcome.Unreadable, null);
            }

            if (kind != ServerName)
            {
                continue;
            }

            // One list of one name: two could be read differently by two readers.
            if (name is not null || !TryTake(ref body, 2, out ReadOnlySpan<byte> list) || !body.IsEmpty || list.IsEmpty || list[0] != HostName
                || !TrySkip(ref list, 1) || !TryTake(ref list, 2, out ReadOnlySpan<byte> text) || !list.IsEmpty || text.IsEmpty || text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            {
                return (Outcome.Unreadable, null);
            }

            name = Encoding.ASCII.GetString(text);
        }

        return (Outcome.Read, name);
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> from, int count)
    {
        bool has = from.Length >= count;
        from = has ? from[count..] : from;
        return has;
    }

    /// <summary>Takes what is preceded by its length.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> from, int lengthBytes, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (from.Length < lengthBytes)
        {
            return false;
        }

        int length = lengthBytes == 1 ? from[0] : BinaryPrimitives.ReadUInt16BigEndian(from);
        if (from.Length < lengthBytes + length)
        {
            return false;
        }

        taken = from.Slice(lengthBytes, length);
        from = from[(lengthBytes + length)..];
        return true;
    }
}
