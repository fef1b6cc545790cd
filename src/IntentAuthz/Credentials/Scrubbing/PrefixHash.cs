using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// A polynomial hash modulo 2^61 − 1 with a base that is drawn at random: the hash of any stretch of a text follows from those of its
/// prefixes in constant time. Two different stretches of n characters agree with a probability of n / 2^61, and whoever wrote the text does
/// not know the base.
/// </summary>
internal readonly struct PrefixHash
{
    private const ulong Modulus = (1UL << 61) - 1;

    private readonly ulong _base;

    private PrefixHash(ulong @base) => _base = @base;

    internal static PrefixHash Draw()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        return new PrefixHash(65_537 + (BitConverter.ToUInt64(random) % (Modulus - 65_537)));
    }

    internal ulong Append(ulong hash, char c) => Reduce(Multiply(hash, _base) + ScrubText.Fold(c) + 1UL);

    internal ulong Of(ReadOnlySpan<char> text)
    {
        ulong hash = 0;
        foreach (char c in text)
        {
            hash = Append(hash, c);
        }

        return hash;
    }

    /// <summary>What the hash of a prefix is multiplied by when so many characters follow it.</summary>
    internal ulong PowerOf(int length)
    {
        ulong power = 1;
        ulong square = _base;
        for (int left = length; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                power = Multiply(power, square);
            }

            square = Multiply(square, square);
        }

        return power;
    }

    /// <summary>The hash of what follows one prefix up to the end of another.</summary>
    internal static ulong Between(ulong prefix, ulong whole, ulong power) => Reduce(whole + Modulus - Multiply(prefix, power));

    private static ulong Multiply(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return Reduce((low & Modulus) + ((low >> 61) | (high << 3)));
    }

    private static ulong Reduce(ulong value)
    {
        value = (value & Modulus) + (value >> 61);
        return value >= Modulus ? value - Modulus : value;
    }
}
