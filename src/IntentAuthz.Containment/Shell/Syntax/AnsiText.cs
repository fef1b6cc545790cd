using System.Text;

namespace IntentAuthz.Containment;

/// <summary>The escapes of <c>$'…'</c>, <c>echo -e</c> and <c>printf</c>, which name bytes.</summary>
internal static class AnsiText
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text behind the escapes, or null where the bytes are not UTF-8 or an escape is not understood.</summary>
    /// <param name="text">The text between the quotes.</param>
    public static string? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                if (Rune.DecodeFromUtf16(text[i..], out var rune, out _) != System.Buffers.OperationStatus.Done)
                {
                    return null;
                }

                Add(bytes, rune, utf8);
                i += rune.Utf16SequenceLength - 1;
                continue;
            }

            var c = text[++i];
            switch (c)
            {
                case 'n':
                    bytes.Add((byte)'\n');
                    break;
                case 't':
                    bytes.Add((byte)'\t');
                    break;
                case 'r':
                    bytes.Add((byte)'\r');
                    break;
                case 'a':
                    bytes.Add(7);
                    break;
                case 'b':
                    bytes.Add(8);
                    break;
                case 'e' or 'E':
                    bytes.Add(27);
                    break;
                case 'f':
                    bytes.Add(12);
                    break;
                case 'v':
                    bytes.Add(11);
                    break;
                case '\\' or '\'' or '"' or '?':
                    bytes.Add((byte)c);
                    break;
                case >= '0' and <= '7':
                case 'x':
                case 'u':
                case 'U':
                {
                    var isOctal = c is >= '0' and <= '7';
                    var digits = isOctal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : 8;
                    var at = isOctal ? i : i + 1;
                    long value = 0;
                    var count = 0;
                    while (count < digits && at < text.Length && Digit(text[at], isOctal ? 8 : 16) is var digit and >= 0)
                    {
                        value = (value * (isOctal ? 8 : 16)) + digit;
                        at++;
                        count++;
                    }

                    if (count == 0)
                    {
                        return null;
                    }

                    i = at - 1;
                    if (c is 'u' or 'U')
                    {
                        if (value == 0 || !Rune.TryCreate((uint)value, out var rune))
                        {
                            return null;
                        }

                        Add(bytes, rune, utf8);
                    }
                    else if ((value & 0xff) == 0)
                    {
                        // A NUL ends what the shell keeps of it.
                        i = text.Length;
                    }
                    else
                    {
                        bytes.Add((byte)value);
                    }

                    break;
                }

                default:
                    // `\c` and whatever is no escape differ between versions.
                    return null;
            }
        }

        try
        {
            return s_strict.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static void Add(List<byte> bytes, Rune rune, Span<byte> utf8)
    {
        var length = rune.EncodeToUtf8(utf8);
        foreach (var value in utf8[..length])
        {
            bytes.Add(value);
        }
    }

    private static int Digit(char c, int radix)
    {
        var value = c switch
        {
            >= '0' and <= '9' => c - '0',
            >= 'a' and <= 'f' => c - 'a' + 10,
            >= 'A' and <= 'F' => c - 'A' + 10,
            _ => -1,
        };
        return value < radix ? value : -1;
    }
}
