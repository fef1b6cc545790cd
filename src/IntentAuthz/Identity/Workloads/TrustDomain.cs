namespace IntentAuthz;

/// <summary>
/// A SPIFFE trust domain: the issuing authority that workload identities hang under (SPIFFE-ID, section 2.1). Compared ordinally, since only
/// lower case is valid. <c>default</c> is no trust domain and is refused wherever one is taken.
/// </summary>
public readonly record struct TrustDomain
{
    /// <summary>The longest name, in characters, which are all ASCII.</summary>
    public const int MaxLength = 255;

    private TrustDomain(string name) => Name = name;

    /// <summary>The name, such as <c>bank.example</c>.</summary>
    public string Name { get; }

    /// <summary>Reads a name, without scheme and path.</summary>
    /// <param name="name">1 to 255 characters of a-z, 0-9, <c>.</c>, <c>-</c> and <c>_</c>.</param>
    /// <exception cref="FormatException">It is no name of a trust domain.</exception>
    public static TrustDomain Parse(string name) => TryParse(name, out TrustDomain domain)
        ? domain
        : throw new FormatException($"A trust domain has 1 to {MaxLength} characters of a-z, 0-9, '.', '-' and '_', without scheme, port and path.");

    /// <summary>Reads a name, if it is one.</summary>
    /// <param name="name">The text.</param>
    /// <param name="domain">The trust domain.</param>
    public static bool TryParse(string? name, out TrustDomain domain)
    {
        domain = default;
        if (name is null || !IsValid(name))
        {
            return false;
        }

        domain = new TrustDomain(name);
        return true;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name ?? "";

    internal static TrustDomain OfValid(string name) => new(name);

    internal static bool IsValid(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= MaxLength;
    }

    internal static TrustDomain Checked(TrustDomain domain, string parameter) => domain.Name is null
        ? throw new ArgumentException("The trust domain is the default value; make one with TrustDomain.Parse.", parameter)
        : domain;
}
