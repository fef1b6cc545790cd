using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class SchemaJsonTarget : IFuzzTarget
{
    public string Name => "schema-json";

    public string Run(byte[] input)
    {
        if (!Schema.TryParseJson(Encoding.UTF8.GetString(input), "fuzz.cedarschema.json", out var schema, out var errors))
        {
            Law.Holds(errors.Count > 0, "A schema was refused without a reason.");
            return $"{Outcome.Of(errors)} {Outcome.Said(errors[0].Message)}";
        }

        var json = schema.ToJson();
        Law.Same("A schema written as JSON and read again", json, Schema.ParseJson(json).ToJson());
        var text = schema.ToCedar();
        if (text is not null)
        {
            Law.Same("A schema written as text and read again", text, Schema.ParseCedar(text).ToCedar()!);
        }

        return $"accepted {schema.EntityTypes.Count()} {schema.Actions.Count()} {text is null} {Outcome.Of(schema.Warnings)}";
    }
}
