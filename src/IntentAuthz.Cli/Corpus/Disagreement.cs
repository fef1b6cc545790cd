using System.Globalization;
using System.Text;

namespace IntentAuthz.Cli.Corpus;

/// <summary>One thing of a test that is not as recorded.</summary>
/// <param name="What">What was compared.</param>
/// <param name="Expected">What the test says.</param>
/// <param name="Got">What came out.</param>
internal sealed record Disagreement(string What, string Expected, string Got)
{
    // Generated tests are full of control characters, and a terminal would obey them.
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var rune in $"{What}: expected {Expected}, got {Got}".EnumerateRunes())
        {
            _ = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}")
                : text.Append(rune.ToString());
        }

        return text.ToString();
    }
}
