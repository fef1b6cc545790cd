using System.Globalization;
using System.Text.Json;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>Makes values in JSON. Some are of another type than they should be, some leave out what a schema would say.</summary>
internal sealed class ValueGenerator(Prng random, GSchema schema)
{
    private readonly LiteralGenerator _literals = new(random);
    private readonly Dictionary<string, GEntityType> _types = schema.EntityTypes.ToDictionary(type => type.Name);

    public IReadOnlyList<CaseMember> Members(GType.Record record, bool isExplicit)
    {
        var members = record.Attributes
            .Where(attribute => attribute.IsRequired ? !random.Mistake(2) : random.Percent(50))
            .Select(attribute => new CaseMember(attribute.Name, Of(attribute.Type, isExplicit)))
            .ToList();
        if (random.Mistake(2))
        {
            members.Add(new("extra", Of(new GType.Long(), isExplicit)));
        }

        return members;
    }

    public IReadOnlyList<CaseMember> Tags(GType? type, bool isExplicit)
    {
        type ??= random.Mistake(2) ? new GType.Long() : null;
        return type is null ? [] : [.. ((string[])["t", "u", "é"]).Where(_ => random.Percent(50)).Select(name => new CaseMember(name, Of(type, isExplicit)))];
    }

    public CaseUid Uid(string type) => new(type, _literals.Id(_types[type]));

    public string Of(GType type, bool isExplicit)
    {
        if (random.Mistake(2))
        {
            type = random.Pick<GType>(new GType.Bool(), new GType.Long(), new GType.Text(), new GType.Set(new GType.Long()), new GType.Extension("decimal"));
        }

        return type switch
        {
            GType.Bool => random.Pick("true", "false"),
            GType.Long => random.Mistake(2) ? random.Pick("1.5", "1e2", "9223372036854775808", "-0", "1.0", "null") : _literals.Long().ToString(CultureInfo.InvariantCulture),
            GType.Text => JsonSerializer.Serialize(_literals.Text()),
            GType.Entity entity => isExplicit ? $$"""{"__entity":{{Uid(entity.Name).Json}}}""" : Uid(entity.Name).Json,
            GType.Extension extension => Extension(extension.Name, isExplicit),
            GType.Set set => $"[{string.Join(",", Enumerable.Range(0, random.Below(4)).Select(_ => Of(set.Element, isExplicit)))}]",
            GType.Record record => CaseMember.Object(Members(record, isExplicit)),
            _ => throw new InvalidOperationException($"There is no type {type}."),
        };
    }

    private string Extension(string type, bool isExplicit)
    {
        var (function, argument) = _literals.Extension(type);
        var call = $$"""{"fn":"{{function}}","arg":{{JsonSerializer.Serialize(argument)}}}""";
        return isExplicit ? $$"""{"__extn":{{call}}}""" : random.Percent(70) ? JsonSerializer.Serialize(argument) : call;
    }
}
