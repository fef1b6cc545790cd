using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class ContextJsonTarget(Schema schema) : IFuzzTarget
{
    private static readonly EntityUid View = new("Action", "view");

    public string Name => "context-json";

    public string Run(byte[] input) => $"{Read(() => CedarRecord.ParseJson(input))} / {Read(() => schema.ParseContextJson(Encoding.UTF8.GetString(input), View))}";

    private string Read(Func<CedarRecord> read)
    {
        try
        {
            var context = read();
            var json = context.ToJson();
            Law.Same("A context written and read again", json, CedarRecord.ParseJson(json).ToJson());
            var findings = schema.ValidateRequest(new(new("User", "ann"), View, new("Docs::Doc", "plan"), context));
            return $"accepted {string.Join(' ', findings.Select(finding => finding.Code).Distinct())}";
        }
        catch (CedarJsonException exception)
        {
            return Outcome.Of(exception);
        }
    }
}
