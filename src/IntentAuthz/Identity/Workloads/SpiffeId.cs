namespace IntentAuthz;

/// <summary>
/// A SPIFFE ID, <c>spiffe://trust-domain/path</c>: the name of a workload (SPIFFE-ID, section 2). It is read by its own grammar, not as a URI:
/// there is no normalising, no percent-encoding and no case folding, so one identity has one text and equality is that of the text.
/// <c>default</c> is no SPIFFE ID and is refused wherever one is taken.
/// </summary>
public readonly record struct SpiffeId
{
    /// <summary>The longest SPIFFE ID, in characters, which are all ASCII.</summary>
    public const int MaxLength = 2048;

    private const string Scheme = "spiffe://";

    private SpiffeId(TrustDomain domain, string path)
    {
        TrustDomain = domain;
        Path = path;
    }

    /// <summary>The trust domain. Only its own bundle can vouch for the identity.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The path with its leading <c>/</c>, or empty for the trust domain itself.</summary>
    public string Path { get; }

    /// <summary>Reads a SPIFFE ID.</summary>
    /// <param name="text">The text, at most 2048 characters.</param>
    /// <exception cref="FormatException">It is none. The message does not quote it.</exception>
    public static SpiffeId Parse(string text) => TryParse(text, out SpiffeId id)
        ? id
        : throw new FormatException(
            "A SPIFFE ID is spiffe://trust-domain/path: lower-case scheme and domain, segments of A-Z, a-z, 0-9, '.', '-' and '_', none empty, '.' or '..', "
            + "without port, user, query, fragment, percent-encoding and trailing '/'.");

    /// <summary>Reads a SPIFFE ID, if it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The SPIFFE ID.</param>
    public static bool TryParse(string? text, out SpiffeId id)
    {
        id = default;
        if (text is null || text.Length > MaxLength || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        int slash = text.IndexOf('/', Scheme.Length);
        int end = slash < 0 ? text.Length : slash;
        if (!TrustDomain.IsValid(text.AsSpan(Scheme.Length, end - Scheme.Length)) || !IsPath(text.AsSpan(end)))
        {
            return false;
        }

        id = new SpiffeId(TrustDomain.OfValid(text[Scheme.Length..end]), text[end..]);
        return true;
    }

    /// <summary>The whole text, <c>spiffe://</c> included.</summary>
    public override string ToString() => TrustDomain.Name is null ? "" : $"{Scheme}{TrustDomain.Name}{Path}";

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        while (!path.IsEmpty)
        {
            path = path[1..]; // the slash
            int slash = path.IndexOf('/');
            ReadOnlySpan<char> segment = slash < 0 ? path : path[..slash];
            if (segment is "" or "." or "..")
            {
                return false;
            }

            foreach (char c in segment)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                {
                    return false;
                }
            }

            path = path[segment.Length..];
        }

        return true;
    }
}
