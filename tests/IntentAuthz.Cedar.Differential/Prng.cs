namespace IntentAuthz.Cedar.Differential;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014). A generator of our own, so that a seed means the same case on every version of .NET.
/// </summary>
internal sealed class Prng(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/>, exclusive; the bias of so small bounds does not matter here.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>True so many times in a hundred.</summary>
    public bool Percent(int chance) => Below(100) < chance;

    /// <summary>Whether mistakes are made at all; see <see cref="Mistake"/>.</summary>
    public bool MakesMistakes { get; set; } = true;

    /// <summary>
    /// True so many times in a hundred, in cases that make mistakes: if all did, so much would be refused that little would be decided.
    /// </summary>
    public bool Mistake(int chance) => MakesMistakes && Percent(chance);

    public T PickFrom<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];
}
