using System.Runtime.CompilerServices;
using System.Text;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>An expression as text with terms in it, so that a case that shows a disagreement can be made smaller.</summary>
internal sealed class Term(string[] texts, Term[] parts)
{
    public IReadOnlyList<Term> Parts => parts;

    public static implicit operator Term(string text) => new([text], []);

    public static Term Of(ref Builder text) => text.ToTerm();

    /// <summary>Terms between commas.</summary>
    public static Term Joined(string before, IReadOnlyList<Term> parts, string after) => parts.Count == 0
        ? before + after
        : new Term([before, .. Enumerable.Repeat(", ", parts.Count - 1), after], [.. parts]);

    public Term With(int index, Term part) => new(texts, [.. parts[..index], part, .. parts[(index + 1)..]]);

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        text.Append(texts[0]);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i].Write(text);
            text.Append(texts[i + 1]);
        }
    }

    /// <summary>Makes an interpolated string a term; what stands in the braces are its parts.</summary>
    [InterpolatedStringHandler]
    internal ref struct Builder(int literalLength, int formattedCount)
    {
        private readonly List<Term> _parts = new(formattedCount);
        private readonly List<StringBuilder> _texts = [new(literalLength)];

        public readonly void AppendLiteral(string text) => _texts[^1].Append(text);

        public readonly void AppendFormatted(string text) => _texts[^1].Append(text);

        public readonly void AppendFormatted(Term part)
        {
            _parts.Add(part);
            _texts.Add(new());
        }

        public readonly Term ToTerm() => new([.. _texts.Select(text => text.ToString())], [.. _parts]);
    }
}
