using System.Text;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>Makes schemas: two namespaces, entity types with hierarchy, attributes, tags and enumerations, common types, actions with groups.</summary>
internal sealed class SchemaGenerator(Prng random)
{
    private static readonly string[] AttributeNames = ["a", "b", "c", "d", "name", "if", "a b", "", "é\"", "in"];
    private static readonly string[] Extensions = ["decimal", "ipaddr", "datetime", "duration"];

    private readonly List<(string Name, string Text)> _commonTypes = [];
    private string[] _typeNames = [];

    public GSchema Next()
    {
        string[] names = ["User", "Team", "Doc", "N::Member", "N::Folder", "N::Kind"];
        _typeNames = [.. names.Where((name, index) => index == 0 || random.Percent(70))];
        var types = _typeNames.Select(EntityType).ToList();
        var actions = Actions(types);
        return new(types, actions, Print(types, actions));
    }

    private GEntityType EntityType(string name)
    {
        if (name == "N::Kind")
        {
            return new(name, [], new([]), null, ["one", "two", "thrée"]);
        }

        // `in` may go round in a circle of types, a type may be in itself.
        var parents = _typeNames.Where(parent => parent != "N::Kind" && random.Percent(30)).ToList();
        return new(name, parents, Record(2), random.Percent(30) ? Type(1) : null, null);
    }

    private List<GAction> Actions(List<GEntityType> types)
    {
        var groups = new List<GAction>();
        var actions = new List<GAction>();
        foreach (var type in (string[])["Action", "N::Action"])
        {
            for (var i = random.Below(3); i > 0; i--)
            {
                groups.Add(new(type, $"g{groups.Count}", [], [], new([]), Some(groups, 40)));
            }
        }

        for (var i = 1 + random.Below(3); i > 0; i--)
        {
            actions.Add(new(random.Pick("Action", "N::Action"), random.Pick($"act{i}", $"act {i}", $"é{i}"), OneOrMore(types), OneOrMore(types), Record(2), Some(groups, 50)));
        }

        return [.. actions, .. groups];
    }

    private List<GAction> Some(List<GAction> groups, int percent) => [.. groups.Where(_ => random.Percent(percent))];

    private List<string> OneOrMore(List<GEntityType> types)
    {
        var first = random.PickFrom(types).Name;
        return [first, .. types.Select(type => type.Name).Where(name => name != first && random.Percent(25))];
    }

    private GType.Record Record(int depth) =>
        new([.. AttributeNames.Where(_ => random.Percent(30)).Select(name => new GAttribute(name, Type(depth), random.Percent(65)))]);

    private GType Type(int depth) => random.Below(depth == 0 ? 7 : 10) switch
    {
        0 => new GType.Bool(),
        1 or 2 => new GType.Long(),
        3 => new GType.Text(),
        4 => new GType.Entity(random.PickFrom(_typeNames)),
        5 or 6 => new GType.Extension(random.Pick(Extensions)),
        7 or 8 => new GType.Set(Type(depth - 1)),
        _ => Record(depth - 1),
    };

    private string Print(List<GEntityType> types, List<GAction> actions)
    {
        var spaces = new Dictionary<string, StringBuilder> { [""] = new(), ["N"] = new() };
        foreach (var type in types)
        {
            var (space, name) = Split(type.Name);
            var text = spaces[space];
            if (type.EnumIds is { } ids)
            {
                text.AppendLine($"entity {name} enum [{string.Join(", ", ids.Select(CedarText.Quote))}];");
                continue;
            }

            text.Append($"entity {name}");
            if (type.Parents.Count > 0 || random.Percent(10))
            {
                text.Append($" in [{string.Join(", ", type.Parents)}]");
            }

            if (type.Attributes.Attributes.Count > 0)
            {
                text.Append(random.Percent(50) ? " = " : " ").Append(Attributes(type.Attributes));
            }

            text.AppendLine(type.Tags is null ? ";" : $" tags {Print(type.Tags)};");
        }

        foreach (var action in actions)
        {
            var (space, _) = Split(action.Type);
            var text = spaces[space].Append($"action {CedarText.Quote(action.Id)}");
            if (action.Groups.Count > 0)
            {
                text.Append($" in [{string.Join(", ", action.Groups.Select(group => group.Uid))}]");
            }

            if (action.Principals.Count > 0)
            {
                text.Append($" appliesTo {{ principal: [{string.Join(", ", action.Principals)}], resource: [{string.Join(", ", action.Resources)}], context: {Print(action.Context)} }}");
            }

            text.AppendLine(";");
        }

        foreach (var (name, text) in _commonTypes)
        {
            spaces[""].AppendLine($"type {name} = {text};");
        }

        // The occasional mistake: both must refuse the schema.
        var mistake = random.Mistake(4) ? random.Pick("entity Doc2 in Nowhere;", "type T = Set<T>;", "entity User;", "action x in [\"y\"];", "entity Long2 { a: Longg };", "entity A = { a: Long, a: Bool };") : "";
        return $"{spaces[""]}namespace N {{\n{spaces["N"]}}}\n{mistake}";
    }

    private string Print(GType type)
    {
        var text = type switch
        {
            GType.Bool => random.Pick("Bool", "__cedar::Bool"),
            GType.Long => random.Pick("Long", "__cedar::Long"),
            GType.Text => random.Pick("String", "__cedar::String"),
            GType.Set set => $"Set<{Print(set.Element)}>",
            GType.Entity entity => entity.Name,
            GType.Extension extension => random.Pick("", "__cedar::") + extension.Name,
            GType.Record record => Attributes(record),
            _ => throw new InvalidOperationException($"There is no type {type}."),
        };
        if (!random.Percent(8))
        {
            return text;
        }

        _commonTypes.Add(($"T{_commonTypes.Count}", text));
        return $"T{_commonTypes.Count - 1}";
    }

    private string Attributes(GType.Record record) => $"{{{string.Join(", ", record.Attributes.Select(Attribute))}}}";

    private string Attribute(GAttribute attribute)
    {
        var name = random.Percent(50) && CedarNames.IsIdentifier(attribute.Name) ? attribute.Name : CedarText.Quote(attribute.Name);
        return $"{name}{(attribute.IsRequired ? "" : "?")}: {Print(attribute.Type)}";
    }

    private static (string Space, string Name) Split(string name) =>
        name.StartsWith("N::", StringComparison.Ordinal) ? ("N", name[3..]) : ("", name);
}
