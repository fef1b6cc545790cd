using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>A text, a line break, and a pattern in which <c>*</c> is a wildcard.</summary>
internal sealed class LikeTarget : IFuzzTarget
{
    private const int MaxTable = 1_000_000;

    public string Name => "like";

    public string Run(byte[] input)
    {
        var (text, pattern) = Encoding.UTF8.GetString(input).Split('\n', 2) is [var first, var second] ? (first, second) : ("", "*");
        var escaped = string.Join('*', pattern.Split('*').Select(part => CedarText.Quote(part)[1..^1]));
        var policy = PolicySet.Parse($"permit(principal, action, resource) when {{ {CedarText.Quote(text)} like \"{escaped}\" }};");
        var response = CedarAuthorizer.Authorize(new(new("U", "u"), new("Action", "a"), new("R", "r")), policy, EntityStore.Empty);
        Law.Holds(response.Errors.Count == 0, "A pattern failed.");
        var matches = response.Decision == CedarDecision.Allow;
        if ((long)text.Length * pattern.Length < MaxTable)
        {
            Law.Holds(matches == Matches(text, pattern), $"`{text}` like `{pattern}` is {matches}.");
        }

        return $"{matches} {pattern.Count(c => c == '*') switch { 0 => 0, 1 => 1, 2 => 2, _ => 3 }} {text.Length > pattern.Length}";
    }

    // The definition, filled into a table row by row: which beginnings of the text does this much of the pattern match?
    private static bool Matches(string text, string pattern)
    {
        var matched = new bool[text.Length + 1];
        matched[0] = true;
        foreach (var c in pattern)
        {
            var next = new bool[text.Length + 1];
            for (var i = 0; i <= text.Length; i++)
            {
                next[i] = c == '*' ? matched[i] || (i > 0 && next[i - 1]) : i > 0 && matched[i - 1] && text[i - 1] == c;
            }

            matched = next;
        }

        return matched[^1];
    }
}
