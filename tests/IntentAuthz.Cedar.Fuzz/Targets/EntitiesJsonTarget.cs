using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class EntitiesJsonTarget(Schema schema) : IFuzzTarget
{
    public string Name => "entities-json";

    public string Run(byte[] input) => $"{Read(() => EntityStore.ParseJson(input))} / {Read(() => EntityStore.ParseJson(Encoding.UTF8.GetString(input), schema))}";

    private static string Read(Func<EntityStore> read)
    {
        try
        {
            var entities = read();
            var json = entities.ToJson();
            Law.Same("Entities written and read again", json, EntityStore.ParseJson(json).ToJson());
            return $"accepted {entities.Count}";
        }
        catch (CedarJsonException exception)
        {
            return Outcome.Of(exception);
        }
    }
}
