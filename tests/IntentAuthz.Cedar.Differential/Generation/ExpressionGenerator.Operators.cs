namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>The operators, by the type they give.</summary>
internal sealed partial class ExpressionGenerator
{
    private static readonly string[] Comparisons = ["<", "<=", ">", ">="];
    private static readonly string[] Methods =
        ["contains", "containsAll", "containsAny", "lessThan", "isInRange", "offset", "durationSince", "hasTag", "getTag", "isEmpty", "isIpv4", "toDate", "toDays", "nosuch"];

    private Term Bool(int depth) => random.Below(20) switch
    {
        0 or 1 or 2 => Term.Of($"({Of(new GType.Bool(), depth)} {random.Pick("&&", "&&", "||")} {Of(new GType.Bool(), depth)})"),
        3 => Term.Of($"!{Of(new GType.Bool(), depth)}"),
        4 or 5 => Equality(depth),
        6 or 7 => Comparison(depth),
        8 or 9 => In(depth),
        10 => Is(depth),
        11 or 12 => Has(depth),
        13 => Term.Of($"({Of(new GType.Text(), depth)} like \"{_literals.Pattern()}\")"),
        14 or 15 => SetTest(depth),
        16 => Term.Of($"{Of(new GType.Extension("decimal"), depth)}.{random.Pick("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")}({Of(new GType.Extension("decimal"), depth)})"),
        17 => Ip(depth),
        18 when random.Mistake(20) => Term.Of($"{Of(AnyType(), depth)}.{random.Pick(Methods)}({Term.Joined("", Several(random.Below(3), AnyType(), depth), "")})"),
        18 => Term.Of($"{Of(EntityType(), depth)}.hasTag({Of(new GType.Text(), depth)})"),
        _ => Literal(new GType.Bool()),
    };

    private GType.Entity EntityType() => new(random.PickFrom(schema.EntityTypes).Name);

    private Term Equality(int depth)
    {
        var type = random.Percent(60) ? random.PickFrom(_paths).Type : AnyType();
        var other = random.Mistake(8) ? AnyType() : type;
        return Term.Of($"({Of(type, depth)} {random.Pick("==", "!=")} {Of(other, depth)})");
    }

    private Term Comparison(int depth)
    {
        var type = random.Pick<GType>(new GType.Long(), new GType.Long(), new GType.Extension("datetime"), new GType.Extension("duration"));
        return Term.Of($"({Of(type, depth)} {random.Pick(Comparisons)} {Of(type, depth)})");
    }

    private Term In(int depth)
    {
        if (random.Percent(20))
        {
            var action = random.PickFrom(schema.Actions).Uid;
            return Term.Of($"(action in {(random.Percent(50) ? action : Term.Joined("[", [action, random.PickFrom(schema.Actions).Uid], "]"))})");
        }

        var (left, right) = (EntityType(), EntityType());
        return random.Percent(65)
            ? Term.Of($"({Of(left, depth)} in {Of(right, depth)})")
            : Term.Of($"({Of(left, depth)} in {Of(new GType.Set(right), depth)})");
    }

    private Term Is(int depth)
    {
        var tested = !random.Mistake(15) ? random.PickFrom(schema.EntityTypes).Name : random.Pick("Action", "N::Action", "Nowhere");
        return random.Percent(70)
            ? Term.Of($"({Of(EntityType(), depth)} is {tested})")
            : Term.Of($"({Of(EntityType(), depth)} is {tested} in {Of(EntityType(), depth)})");
    }

    private Term Has(int depth)
    {
        var known = _paths.Where(path => path.Type is GType.Entity or GType.Record).ToArray();
        var path = random.PickFrom(random.Mistake(20) ? _paths : known);
        if (random.Mistake(30))
        {
            return Term.Of($"({Of(path.Type, depth)} has {Name(random.Pick("a", "b", "c", "name", "if", "nosuch"))})");
        }

        // A path of names behind `has`, where names allow it.
        var names = path.Text.Split('.');
        Term test = names.Length > 1 && names.All(CedarNames.IsIdentifier)
            ? $"({names[0]} has {string.Join('.', names[1..])}{(random.Mistake(30) ? ".nosuch" : "")})"
            : $"({path.Text} has {Name(random.Pick("a", "b", "c", "d"))})";
        return path.Guards.Count == 0 || random.Mistake(15) ? test : Term.Of($"({string.Join(" && ", path.Guards)} && {test})");
    }

    private Term SetTest(int depth)
    {
        var element = random.Percent(50) ? random.PickFrom(_paths).Type : AnyType();
        var set = new GType.Set(element);
        return random.Below(4) switch
        {
            0 => Term.Of($"{Of(set, depth)}.isEmpty()"),
            1 => Term.Of($"{Of(set, depth)}.contains({Of(element, depth)})"),
            _ => Term.Of($"{Of(set, depth)}.{random.Pick("containsAll", "containsAny")}({Of(set, depth)})"),
        };
    }

    private Term Ip(int depth)
    {
        var ip = new GType.Extension("ipaddr");
        return random.Percent(40)
            ? Term.Of($"{Of(ip, depth)}.isInRange({Of(ip, depth)})")
            : Term.Of($"{Of(ip, depth)}.{random.Pick("isIpv4", "isIpv6", "isLoopback", "isMulticast")}()");
    }

    private Term Long(int depth) => random.Below(8) switch
    {
        0 or 1 or 2 => Term.Of($"({Of(new GType.Long(), depth)} {random.Pick("+", "-", "*")} {Of(new GType.Long(), depth)})"),
        3 => Term.Of($"-({Of(new GType.Long(), depth)})"),
        4 => Term.Of($"{Of(new GType.Extension("duration"), depth)}.{random.Pick("toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays")}()"),
        _ => Literal(new GType.Long()),
    };

    private Term Extension(string name, int depth) => (name, random.Below(5)) switch
    {
        ("datetime", 0 or 1) => Term.Of($"{Of(new GType.Extension(name), depth)}.offset({Of(new GType.Extension("duration"), depth)})"),
        ("datetime", 2) => Term.Of($"{Of(new GType.Extension(name), depth)}.toDate()"),
        ("duration", 0) => Term.Of($"{Of(new GType.Extension("datetime"), depth)}.durationSince({Of(new GType.Extension("datetime"), depth)})"),
        ("duration", 1) => Term.Of($"{Of(new GType.Extension("datetime"), depth)}.toTime()"),
        (_, 4) when random.Mistake(15) => Term.Of($"{(name == "ipaddr" ? "ip" : name)}({Of(new GType.Text(), depth)})"),
        _ => ExtensionLiteral(name),
    };
}
