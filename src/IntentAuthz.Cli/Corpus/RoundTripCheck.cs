using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether policies that were written and read again, as text and as JSON, are still the same.</summary>
internal static class RoundTripCheck
{
    public static void Run(CorpusTest test, ICorpusEngine engine, EntityStore entities, ReportDisagreement report)
    {
        var text = test.Policies.ToString();
        var json = test.Policies.ToJson();
        var reread = PolicySet.ParseJson(json);
        if (reread.ToJson() != json)
        {
            report("policies written as JSON and read again", json, reread.ToJson());
        }

        if (reread.ToString() != text)
        {
            report("policies written as JSON and read again, as text", text, reread.ToString());
        }

        var reparsed = PolicySet.Parse(text).ToString();
        if (reparsed != text)
        {
            report("policies written as text and read again", text, reparsed);
        }

        DecisionCheck.Run(test, engine, entities, reread, " of the policies written as JSON and read again", report);
    }
}
