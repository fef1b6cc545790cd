using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class PolicyTextTarget : IFuzzTarget
{
    public string Name => "policies";

    public string Run(byte[] input)
    {
        if (!PolicySet.TryParse(Encoding.UTF8.GetString(input), "fuzz.cedar", out var policies, out var diagnostics))
        {
            Law.Holds(diagnostics.Count > 0, "A text was refused without a reason.");
            return Outcome.Of(diagnostics);
        }

        Law.Holds(diagnostics.Count == 0, "A text was accepted with errors.");
        var text = policies.ToString();
        Law.Same("Policies printed and read again", text, PolicySet.Parse(text).ToString());
        Law.Same("Policies written as JSON and read again", text, PolicySet.ParseJson(policies.ToJson()).ToString());
        return $"accepted {policies.Policies.Count} {policies.Templates.Count}";
    }
}
