using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// A pattern: literal texts with a wildcard between each two neighbours. <c>"a*b"</c> is [a, b], <c>"*"</c> is ["", ""],
/// a pattern without wildcard is one text. Between adjacent wildcards lies an empty text.
/// </summary>
internal sealed class LikePattern
{
    private readonly ImmutableArray<PatternPart> _middle;

    public LikePattern(ImmutableArray<string> parts)
    {
        Parts = parts;
        _middle = parts.Length < 3 ? [] : [.. parts[1..^1].Select(part => new PatternPart(part))];
    }

    public ImmutableArray<string> Parts { get; }

    /// <summary>
    /// Whether the whole text matches. Linear in the length of the text: each part is searched once, leftmost first, which is
    /// enough because the parts in the middle may stand anywhere after one another.
    /// Comparing UTF-16 units is exact, since text and parts are well-formed.
    /// </summary>
    public bool Matches(string text)
    {
        var (first, last) = (Parts[0], Parts[^1]);
        if (Parts.Length == 1)
        {
            return string.Equals(text, first, StringComparison.Ordinal);
        }

        if (text.Length < first.Length + last.Length
            || !text.StartsWith(first, StringComparison.Ordinal) || !text.EndsWith(last, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text.AsSpan(first.Length, text.Length - first.Length - last.Length);
        foreach (var part in _middle)
        {
            var end = part.EndIn(rest);
            if (end < 0)
            {
                return false;
            }

            rest = rest[end..];
        }

        return true;
    }
}
