using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Corpus;

/// <summary>One thing of a test that is not as recorded.</summary>
/// <param name="What">What was compared.</param>
/// <param name="Expected">What the test says.</param>
/// <param name="Got">What came out.</param>
internal sealed record Disagreement(string What, string Expected, string Got)
{
    public override string ToString() => Printable.Text($"{What}: expected {Expected}, got {Got}");
}
