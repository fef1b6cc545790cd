using System.Globalization;
using System.Text;

namespace IntentAuthz.Cli.Corpus;

/// <summary>One thing of a test that is not as recorded.</summary>
/// <param name="What">What was compared.</param>
/// <param name="Expected">What the test says.</param>
/// <param name="Got">What came out.</param>
internal sealed record Disagreement(string What, string Expected, string Got)
{
    public override string ToString() => Printable($"{What}: expected {Expected}, got {Got}");

    /// <summary>Text from a test, or its path, for a terminal: generated tests are full of control characters, which it would obey.</summary>
    public static string Printable(string given)
    {
        var text = new StringBuilder();
        foreach (var rune in given.EnumerateRunes())
        {
            _ = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}")
                : text.Append(rune.ToString());
        }

        return text.ToString();
    }
}
