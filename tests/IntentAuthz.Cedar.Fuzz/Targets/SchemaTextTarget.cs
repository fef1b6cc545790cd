using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class SchemaTextTarget : IFuzzTarget
{
    public string Name => "schema-text";

    public string Run(byte[] input)
    {
        if (!Schema.TryParseCedar(Encoding.UTF8.GetString(input), "fuzz.cedarschema", out var schema, out var errors))
        {
            Law.Holds(errors.Count > 0, "A schema was refused without a reason.");
            return Outcome.Of(errors);
        }

        var json = schema.ToJson();
        Law.Same("A schema written as JSON and read again", json, Schema.ParseJson(json).ToJson());
        Law.Same("A schema written as text and read again", json, Schema.ParseCedar(schema.ToCedar()!).ToJson());
        return $"accepted {schema.EntityTypes.Count()} {schema.Actions.Count()} {Outcome.Of(schema.Warnings)}";
    }
}
