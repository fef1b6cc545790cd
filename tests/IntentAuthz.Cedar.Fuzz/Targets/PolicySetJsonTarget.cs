namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class PolicySetJsonTarget : IFuzzTarget
{
    public string Name => "policy-set-json";

    public string Run(byte[] input)
    {
        PolicySet policies;
        try
        {
            policies = PolicySet.ParseJson(input);
        }
        catch (CedarJsonException exception)
        {
            return Outcome.Of(exception);
        }

        var json = policies.ToJson();
        Law.Same("Policies in JSON, written and read again", json, PolicySet.ParseJson(json).ToJson());
        var text = policies.ToString();
        Law.Same("Policies in JSON, printed and read again", text, PolicySet.Parse(text).ToString());
        return $"accepted {policies.Policies.Count} {policies.Templates.Count}";
    }
}
