namespace IntentAuthz.Cedar.Differential.Comparison;

internal sealed record Difference(string Kind, string About, string Ours, string Reference)
{
    // So much of what both say is printed before and after the place where they part.
    private const int Before = 80;
    private const int After = 600;

    public override string ToString()
    {
        var common = Ours.AsSpan().CommonPrefixLength(Reference);
        return $"{Kind} {About}\n  ours:      {Around(Ours, common)}\n  reference: {Around(Reference, common)}\n";
    }

    private static string Around(string text, int place)
    {
        var start = Math.Max(0, place - Before);
        var end = Math.Min(text.Length, place + After);
        return $"{(start > 0 ? "…" : "")}{text[start..end]}{(end < text.Length ? "…" : "")}";
    }
}
