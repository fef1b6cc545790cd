using System.Text;

namespace IntentAuthz;

/// <summary>Reads what a <see cref="PlainBuffer"/> holds. Every count is held against the bytes that are left, so that none makes it take memory that the block does not pay for.</summary>
internal ref struct PlainReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Position { get; private set; }

    internal readonly bool IsAtEnd => Position == _bytes.Length;

    internal byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw Fault("the block ends within a decision");

    internal ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _bytes.Length - Position)
        {
            throw Fault("the block ends within a value");
        }

        ReadOnlySpan<byte> read = _bytes.Slice(Position, count);
        Position += count;
        return read;
    }

    internal ulong Number()
    {
        if (Position < _bytes.Length && _bytes[Position] < 0x80)
        {
            return _bytes[Position++]; // nearly all of them
        }

        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a number is longer than 64 bits");
    }

    internal long Signed()
    {
        ulong value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>How many things follow, each of which takes at least so many bytes.</summary>
    internal int Count(int bytesEach)
    {
        ulong count = Number();
        return count <= (ulong)(_bytes.Length - Position) / (ulong)bytesEach
            ? (int)count
            : throw Fault($"{count} values are announced, which the rest of the block cannot hold");
    }

    internal string Text()
    {
        ReadOnlySpan<byte> utf8 = Bytes(Count(1));
        try
        {
            return s_strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Fault("a text is not UTF-8");
        }
    }

    internal readonly DecisionFormatException Fault(string problem) => new(Position, problem);
}
