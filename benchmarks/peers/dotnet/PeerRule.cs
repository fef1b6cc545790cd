using System.Globalization;
using System.Linq.Expressions;
using System.Text.RegularExpressions;

namespace IntentAuthz.Peers;

/// <summary>One policy of the agent scenario, as every peer can take it: all of its conditions, in the order in which it names them.</summary>
internal sealed partial record PeerRule(bool IsForbid, string Tool, IReadOnlyList<PeerCondition> Conditions)
{
    /// <summary>Reads a line that the scenario wrote; fails where it is of another form, so that no peer is given less than the policy.</summary>
    internal static PeerRule Parse(string line)
    {
        Match match = Line().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"Not a policy of the agent scenario: {line}");
        }

        string tool = match.Groups["tool"].Value;
        List<PeerCondition> conditions = [new("Action", "==", tool)];
        if (match.Groups["group"] is { Success: true, Value: string group })
        {
            conditions.Add(new("Group", "==", group));
        }

        if (match.Groups["folder"] is { Success: true, Value: string folder })
        {
            conditions.Add(new("Folder", "==", folder));
        }

        foreach (string condition in match.Groups["when"].Value.Split(" && ", StringSplitOptions.RemoveEmptyEntries))
        {
            conditions.Add(ParseCondition(condition.Trim()));
        }

        return new PeerRule(match.Groups["effect"].Value == "forbid", tool, conditions);
    }

    /// <summary>The rule as an expression that C# and CEL read alike.</summary>
    internal string ToText(string variable) => string.Join(" && ", Conditions.Select(condition => condition.ToText(variable)));

    /// <summary>The rule as an expression tree.</summary>
    internal Expression<Func<PeerFact, bool>> ToExpression()
    {
        ParameterExpression fact = Expression.Parameter(typeof(PeerFact), "fact");
        return Expression.Lambda<Func<PeerFact, bool>>(Conditions.Select(condition => condition.ToExpression(fact)).Aggregate(Expression.AndAlso), fact);
    }

    private static PeerCondition ParseCondition(string text)
    {
        Match match = Condition().Match(text);
        string name = match.Groups["name"].Value;
        return match.Groups["text"] is { Success: true, Value: string value } ? new(name == "region" ? "Region" : "Category", "==", value)
            : match.Groups["number"] is { Success: true, Value: string number } ? new("Score", match.Groups["order"].Value, long.Parse(number, CultureInfo.InvariantCulture))
            : match.Groups["decimal"] is { Success: true, Value: string amount } ? new("Remaining", ">", (long)(decimal.Parse(amount, CultureInfo.InvariantCulture) * 10_000))
            : throw new FormatException($"Not a condition of the agent scenario: {text}");
    }

    [GeneratedRegex("""
        ^(@approval\("manager"\)\ )?(?<effect>permit|forbid)\(principal(\ is\ Agent|\ in\ Group::"(?<group>[\w-]+)")?,
        \ action\ (==\ Action::"(?<tool>[\w-]+)"|in\ Action::"(?<tool>[\w-]+)-group"),\ resource(\ in\ Folder::"(?<folder>[\w-]+)")?\)
        (\ when\ \{(?<when>[^}]*)\})?;$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Line();

    [GeneratedRegex("""
        ^context\.(input\.(?<name>\w+)\ ==\ "(?<text>[\w-]+)"
        |risk\.score\ (?<order>[<>])\ (?<number>\d+)
        |task\.remaining\.greaterThan\(decimal\("(?<decimal>[\d.]+)"\)\))$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Condition();
}
