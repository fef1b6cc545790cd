using System.Text;

namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>
/// Writes policies over a small world at random: mostly well-typed, so that conditions get far, with a wrong type, a missing
/// attribute or an unknown entity here and there, so that they fail in the middle.
/// </summary>
internal sealed class RandomPolicies(Random random)
{
    private static readonly string[] Entities =
    [
        "User::\"alice\"", "User::\"bob\"", "User::\"nobody\"", "Group::\"staff\"", "Group::\"admins\"", "Group::\"all\"", "Team::\"t\"",
        "Doc::\"plan\"", "Doc::\"memo\"", "Folder::\"root\"", "Folder::\"sub\"", "Action::\"read\"", "Action::\"write\"", "Action::\"any\"", "Stranger::\"x\"",
    ];

    private static readonly string[] Types = ["User", "Group", "Team", "Doc", "Folder", "Action", "Stranger"];

    public string Policies(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(random.Next(3) == 0 ? "forbid" : "permit").Append('(')
                .Append(Scope("principal")).Append(", ").Append(ActionScope()).Append(", ").Append(Scope("resource")).Append(')');
            for (var clauses = random.Next(3); clauses > 0; clauses--)
            {
                text.Append(random.Next(3) == 0 ? " unless { " : " when { ").Append(Bool(3)).Append(" }");
            }

            text.AppendLine(";");
        }

        return text.ToString();
    }

    private string Scope(string variable) => random.Next(6) switch
    {
        0 => $"{variable} == {Pick(Entities)}",
        1 => $"{variable} in {Pick(Entities)}",
        2 => $"{variable} is {Pick(Types)}",
        3 => $"{variable} is {Pick(Types)} in {Pick(Entities)}",
        _ => variable,
    };

    private string ActionScope() => random.Next(5) switch
    {
        0 => "action == Action::\"read\"",
        1 => $"action in Action::\"{Pick("any", "read", "write")}\"",
        2 => $"action in [{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => $"Action::\"{Pick("any", "read", "write", "other")}\""))}]",
        _ => "action",
    };

    private string Bool(int depth) => depth == 0
        ? Pick("true", "false", "context.flag", "principal.active", "resource has owner", "1", "context.input.urgent")
        : random.Next(24) switch
        {
            0 => $"!({Bool(depth - 1)})",
            1 => $"({Bool(depth - 1)} && {Bool(depth - 1)})",
            2 => $"({Bool(depth - 1)} && {Bool(depth - 1)} && {Bool(0)})",
            3 => $"({Bool(depth - 1)} || {Bool(depth - 1)})",
            4 => $"(if {Bool(depth - 1)} then {Bool(depth - 1)} else {Bool(depth - 1)})",
            5 => $"{Any(depth - 1)} {Pick("==", "!=")} {Any(depth - 1)}",
            6 => $"{Long(depth - 1)} {Pick("<", "<=", ">", ">=")} {Long(depth - 1)}",
            7 => $"{Text(depth - 1)} {Pick("==", "!=")} {Text(0)}",
            8 => $"{Text(depth - 1)} like \"{Pick("*", "a*", "*e", "al*e", "hello", "*l*l*")}\"",
            9 => $"{Entity(depth - 1)} in {(random.Next(3) == 0 ? Set(depth - 1) : Entity(depth - 1))}",
            10 => $"{Entity(depth - 1)} in [{string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(_ => Entity(0)))}]",
            11 => $"{Entity(depth - 1)} {Pick("==", "!=")} {Entity(0)}",
            12 => $"{Entity(depth - 1)} is {Pick(Types)}",
            13 => $"{Entity(depth - 1)} is {Pick(Types)} in {Entity(0)}",
            14 => $"{Set(depth - 1)}.contains({Any(depth - 1)})",
            15 => $"{Set(depth - 1)}.{Pick("containsAll", "containsAny")}({Set(depth - 1)})",
            16 => $"{Set(depth - 1)}.isEmpty()",
            17 => $"{Pick("principal", "resource", "context", "context.input", "context.risk", "principal.manager")} has {Pick("name", "input", "amount", "input.amount", "manager.name", "\"urgent\"", "a.b", "flag", "amount.x")}",
            18 => $"{Entity(depth - 1)}.hasTag({Text(0)})",
            19 => $"{Decimal()}.{Pick("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")}({Decimal()})",
            20 => $"{Ip()}.{Pick("isIpv4()", "isIpv6()", "isLoopback()", "isMulticast()", "isInRange(ip(\"10.0.0.0/8\"))", "isInRange(context.range)")}",
            21 => $"{Time()} {Pick("<", "<=", ">", ">=", "==")} {Time()}",
            22 => Any(depth - 1),
            _ => Bool(0),
        };

    private string Any(int depth) => random.Next(7) switch
    {
        0 => Long(depth),
        1 => Text(depth),
        2 => Entity(depth),
        3 => Set(depth),
        4 => $"{{a: {Long(0)}, \"b c\": {Text(0)}}}",
        5 => Pick("context.input", "context", "principal.address", "context.risk.score", Decimal(), Ip()),
        _ => Pick("true", "context.flag", "context.list"),
    };

    private string Long(int depth) => depth <= 0
        ? Pick("0", "1", "7", "-3", "9223372036854775807", "context.n", "context.risk.score", "principal.age", "resource.missing", "\"one\"")
        : random.Next(5) switch
        {
            0 => $"({Long(depth - 1)} + {Long(depth - 1)})",
            1 => $"({Long(depth - 1)} - {Long(depth - 1)})",
            2 => $"({Long(depth - 1)} * {Long(0)})",
            3 => Pick("(-context.n)", "(-9223372036854775808)", "(-context.min)", "context.range", "duration(\"1h\").toMinutes()", "duration(\"-36h\").toDays()"),
            _ => Long(0),
        };

    private string Text(int depth) => depth > 0 && random.Next(4) == 0
        ? Pick("principal.getTag(\"team\")", "principal.getTag(context.input.name)", "{a: \"x\"}.a", "{a: \"x\"}.b", "principal.manager.name", "resource.owner.name")
        : Pick("\"\"", "\"alice\"", "\"hello\"", "\"team\"", "context.input.name", "principal.name", "resource.title", "7");

    private string Entity(int depth) => depth > 0 && random.Next(4) == 0
        ? Pick("principal.manager", "resource.owner", "{a: principal}.a", "context.who", "principal.address.city")
        : random.Next(3) == 0 ? Pick(Entities) : Pick("principal", "principal", "action", "resource", "resource");

    private string Set(int depth) => random.Next(4) switch
    {
        0 => "[]",
        1 => $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Any(depth <= 0 ? 0 : depth - 1)))}]",
        2 => Pick("context.list", "resource.readers", "principal.groups", "context.input", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "[\"a\", \"b\", \"alice\"]"),
        _ => "[\"alice\", \"hello\", context.input.name]",
    };

    private string Decimal() => Pick("decimal(\"1.5\")", "decimal(\"-0.0001\")", "context.input.amount", "decimal(\"x\")", "decimal(context.input.name)", "context.n");

    private string Ip() => Pick("ip(\"10.1.2.3\")", "ip(\"::1\")", "context.ip", "ip(\"224.0.0.0/4\")", "ip(context.input.name)", "context.list");

    private string Time() => Pick(
        "datetime(\"2024-10-15\")", "datetime(\"2024-10-15\").offset(duration(\"1d\"))", "context.when", "context.when.toDate()", "context.when.toTime()",
        "duration(\"1h\")", "context.when.durationSince(datetime(\"2024-01-01\"))", "context.when.offset(duration(\"9223372036854775807ms\"))", "duration(\"1h\").offset(context.when)", "context.n");

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
