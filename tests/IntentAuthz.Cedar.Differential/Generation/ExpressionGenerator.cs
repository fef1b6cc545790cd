namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>
/// Makes expressions of a type for one request environment. Most are well-typed and guard what is optional, so that evaluation gets
/// far; some are wrong on purpose.
/// </summary>
internal sealed partial class ExpressionGenerator(Prng random, GSchema schema)
{
    private readonly LiteralGenerator _literals = new(random);
    private readonly Dictionary<string, GEntityType> _types = schema.EntityTypes.ToDictionary(type => type.Name);
    private AccessPath[] _paths = [];

    /// <summary>An expression for one action, principal type and resource type.</summary>
    public Term Condition(GAction action, string principal, string resource)
    {
        AccessPath[] roots =
        [
            new("principal", new GType.Entity(principal)), new("resource", new GType.Entity(resource)), new("context", action.Context),
        ];
        _paths = [.. roots.SelectMany(root => Below(root, 3))];
        return Of(new GType.Bool(), 2 + random.Below(3));
    }

    private IEnumerable<AccessPath> Below(AccessPath path, int depth)
    {
        yield return path;
        var attributes = path.Type switch
        {
            GType.Record record => record.Attributes,
            GType.Entity entity when _types.TryGetValue(entity.Name, out var type) => type.Attributes.Attributes,
            _ => [],
        };
        foreach (var attribute in depth == 0 ? [] : attributes)
        {
            foreach (var below in Below(path.To(attribute, random), depth - 1))
            {
                yield return below;
            }
        }
    }

    private Term Of(GType type, int depth)
    {
        // What is wrong on purpose: another type.
        type = random.Mistake(4) ? AnyType() : type;
        if (random.Percent(depth > 0 ? 25 : 60) && Access(type, depth) is { } access)
        {
            return access;
        }

        if (depth <= 0)
        {
            return Literal(type);
        }

        if (random.Percent(6))
        {
            return Term.Of($"(if {Of(new GType.Bool(), depth - 1)} then {Of(type, depth - 1)} else {Of(type, depth - 1)})");
        }

        return type switch
        {
            GType.Bool => Bool(depth - 1),
            GType.Long => Long(depth - 1),
            GType.Set set => Term.Joined("[", Several(Count(), set.Element, depth - 1), "]"),
            GType.Record record => Record(record, depth - 1),
            GType.Extension extension => Extension(extension.Name, depth - 1),
            GType.Entity when random.Percent(10) => random.Pick("principal", "resource", "action"),
            _ => Literal(type),
        };
    }

    // Strict validation takes no set without elements.
    private int Count() => random.Mistake(20) ? 0 : 1 + random.Below(3);

    private Term[] Several(int count, GType type, int depth) => [.. Enumerable.Range(0, count).Select(_ => Of(type, depth))];

    private Term Record(GType.Record record, int depth) => Term.Joined(
        "{",
        [.. record.Attributes.Where(attribute => attribute.IsRequired ? !random.Mistake(3) : random.Percent(50)).Select(attribute => Term.Of($"{Name(attribute.Name)}: {Of(attribute.Type, depth)}"))],
        "}");

    private string Name(string name) => CedarNames.IsIdentifier(name) && random.Percent(60) ? name : CedarText.Quote(name);

    private GType AnyType() => random.Below(8) switch
    {
        0 => new GType.Bool(),
        1 => new GType.Long(),
        2 => new GType.Text(),
        3 => new GType.Entity(random.PickFrom(schema.EntityTypes).Name),
        4 => new GType.Extension(random.Pick("decimal", "ipaddr", "datetime", "duration")),
        5 => new GType.Set(new GType.Long()),
        6 => new GType.Set(new GType.Entity(random.PickFrom(schema.EntityTypes).Name)),
        _ => random.PickFrom(_paths).Type,
    };

    // Reads an attribute or a tag of the type, if there is one. What may be missing is mostly tested for first.
    private Term? Access(GType type, int depth)
    {
        if (random.Percent(15) && Tag(type, depth) is { } tag)
        {
            return tag;
        }

        var fitting = _paths.Where(path => path.Type.Same(type)).ToList();
        if (fitting.Count == 0)
        {
            return null;
        }

        var chosen = random.PickFrom(fitting);
        return chosen.Guards.Count == 0 || random.Mistake(15)
            ? chosen.Text
            : Guarded(string.Join(" && ", chosen.Guards), chosen.Text, type, depth);
    }

    private Term Guarded(Term guard, Term value, GType type, int depth) => type is GType.Bool && random.Percent(70)
        ? Term.Of($"({guard} && {value})")
        : Term.Of($"(if {guard} then {value} else {Of(type, depth - 2)})");

    private Term? Tag(GType type, int depth)
    {
        var tagged = _paths.Where(path => path.Type is GType.Entity entity && _types[entity.Name].Tags is { } tags && tags.Same(type) && path.Guards.Count == 0).ToList();
        if (tagged.Count == 0)
        {
            return null;
        }

        var (entity, key) = (random.PickFrom(tagged).Text, random.Percent(80) ? CedarText.Quote(random.Pick("t", "u", "é")) : Of(new GType.Text(), 0));
        var value = Term.Of($"{entity}.getTag({key})");
        return !random.Mistake(20) ? Guarded(Term.Of($"{entity}.hasTag({key})"), value, type, depth) : value;
    }

    private Term Literal(GType type) => type switch
    {
        GType.Bool => random.Pick("true", "false"),
        GType.Long => _literals.LongText(),
        GType.Text => CedarText.Quote(_literals.Text()),
        GType.Entity entity => Uid(entity.Name),
        GType.Extension extension => ExtensionLiteral(extension.Name),
        GType.Set set => Term.Joined("[", [.. Enumerable.Range(0, Count()).Select(_ => Literal(set.Element))], "]"),
        GType.Record record => Record(record, 0),
        _ => throw new InvalidOperationException($"There is no type {type}."),
    };

    private string Uid(string type) => $"{type}::{CedarText.Quote(_literals.Id(_types[type]))}";

    private string ExtensionLiteral(string type)
    {
        var (function, argument) = _literals.Extension(type);
        return $"{function}({CedarText.Quote(argument)})";
    }
}
