namespace IntentAuthz.Cedar.Differential.Generation;

/// <param name="Id">The id.</param>
/// <param name="Head">Everything before the conditions.</param>
/// <param name="Conditions">The conditions.</param>
/// <param name="AsJson">Whether it is handed over in JSON.</param>
/// <param name="Damage">If not 0, where and how its text is damaged, so that it is mostly no policy any more.</param>
internal sealed record CasePolicy(string Id, string Head, IReadOnlyList<CaseCondition> Conditions, bool AsJson, ulong Damage)
{
    private static readonly string[] Fragments = ["(", ")", "{", "}", "[", "]", ";", ",", ".", "::", "==", "&&", "-", "!", "\"", "\\", "if", "in", "has", "is", "like", "1", "a", "?principal", "//", "@x", "when", "é", "\0"];

    public string Text
    {
        get
        {
            var text = $"{Head}{string.Concat(Conditions.Select(condition => $" {condition.Kind} {{ {condition.Body} }}"))};";
            if (Damage == 0)
            {
                return text;
            }

            var random = new Prng(Damage);
            var at = random.Below(text.Length);
            var end = Math.Min(text.Length, at + random.Below(3));
            return random.Percent(50) ? text[..at] + text[end..] : text[..at] + random.Pick(Fragments) + text[end..];
        }
    }
}
