using System.Text;
using IntentAuthz.Cedar.Differential;

namespace IntentAuthz.Cedar.Fuzz.Mutation;

/// <summary>Makes an input of others: by bytes, by tokens of the languages, by putting pieces together.</summary>
internal sealed class Mutator(Prng random)
{
    public const int MaxLength = 64 * 1024;

    private const int MaxSteps = 6;
    private const int MaxRepeats = 3_000;

    private static readonly byte[][] Tokens = [.. TokenDictionary.All.Select(Encoding.UTF8.GetBytes)];

    public byte[] Mutate(IReadOnlyList<byte[]> pool)
    {
        var input = random.PickFrom(pool);
        for (var steps = 1 + random.Below(MaxSteps); steps > 0; steps--)
        {
            input = Step(input, pool);
        }

        return input.Length <= MaxLength ? input : input[..MaxLength];
    }

    private byte[] Step(byte[] input, IReadOnlyList<byte[]> pool)
    {
        var (start, end) = Range(input);
        return random.Below(10) switch
        {
            0 => [.. input[..start], (byte)random.Next(), .. input[start..]],
            1 => [.. input[..start], .. input[end..]],
            2 => [.. input[..end], .. input[start..]],
            3 or 4 => [.. input[..start], .. random.Pick<byte[]>(Tokens), .. input[start..]],
            5 or 6 => [.. input[..start], .. random.Pick<byte[]>(Tokens), .. input[end..]],
            7 => [.. input[..start], .. PieceOf(random.PickFrom(pool)), .. input[end..]],
            8 when random.Percent(20) => Repeat(input, start, end),
            _ => Flip(input, start),
        };
    }

    // Mostly short pieces, and mostly at the borders of words.
    private (int Start, int End) Range(byte[] input)
    {
        var start = random.Below(input.Length + 1);
        if (random.Percent(60))
        {
            while (start > 0 && IsWord(input[start - 1]))
            {
                start--;
            }
        }

        var end = Math.Min(input.Length, start + (random.Percent(80) ? random.Below(12) : random.Below(200)));
        while (random.Percent(80) && end < input.Length && IsWord(input[end]))
        {
            end++;
        }

        return (start, end);
    }

    private static bool IsWord(byte value) => value is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (byte)'_';

    private byte[] PieceOf(byte[] other)
    {
        var (start, end) = Range(other);
        return other[start..end];
    }

    private byte[] Repeat(byte[] input, int start, int end)
    {
        var piece = input[start..end];
        var times = Math.Min(1 + random.Below(MaxRepeats), MaxLength / Math.Max(1, piece.Length));
        return [.. input[..start], .. Enumerable.Repeat(piece, times).SelectMany(bytes => bytes), .. input[end..]];
    }

    private byte[] Flip(byte[] input, int at)
    {
        var copy = (byte[])input.Clone();
        if (at < copy.Length)
        {
            copy[at] ^= (byte)(1 << random.Below(8));
        }

        return copy;
    }
}
