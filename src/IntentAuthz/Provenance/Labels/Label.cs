namespace IntentAuthz;

/// <summary>How far a value may be trusted and shown. <c>default</c> is the worst label. Labels only get worse by combination.</summary>
/// <param name="Integrity">How far it may be trusted.</param>
/// <param name="Confidentiality">How widely it may be shown.</param>
public readonly record struct Label(Integrity Integrity, Confidentiality Confidentiality)
{
    /// <summary>Untrusted and restricted: what a value without a label is taken for.</summary>
    public static Label Worst => default;

    /// <summary>Trusted and public: what combines with any label into that label.</summary>
    public static Label Best => new(Integrity.Trusted, Confidentiality.Public);

    /// <summary>The label of something made from both: on each axis the worse of the two.</summary>
    /// <param name="other">The other label.</param>
    public Label Combine(Label other) =>
        new((Integrity)Math.Min((int)Integrity, (int)other.Integrity),
            (Confidentiality)Math.Min((int)Confidentiality, (int)other.Confidentiality));

    /// <summary>Both axes, such as <c>untrusted/internal</c>.</summary>
    public override string ToString() => $"{Integrity.Name()}/{Confidentiality.Name()}";
}
