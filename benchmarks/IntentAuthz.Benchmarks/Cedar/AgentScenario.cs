using System.Globalization;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>
/// The agent scenario of the performance budget with N policies: N/10 tools, each with its own action group and folder and ten policies; ten
/// thousand agents in a hundred groups. A request has at most ten candidate policies at any N, and arrives as five strings, a long and a
/// decimal. The same N and seed give the same scenario.
/// </summary>
internal sealed class AgentScenario
{
    internal const int AgentCount = 10_000;
    internal const int GroupCount = 100;

    internal const string Schema =
        """
        entity Group;
        entity Agent in [Group];
        entity Folder;
        entity Resource in [Folder];
        """;

    private static readonly string[] Regions = ["eu-central", "eu-west", "us-east", "ap-south"];
    private static readonly string[] Categories = ["invoice", "refund", "salary", "subscription"];

    private readonly Random _random;
    private readonly int _tools;

    internal AgentScenario(int policies, int seed = 1)
    {
        _random = new Random(seed);
        _tools = policies / 10;
        Text = WritePolicies();
        Entities = EntityStore.Create(WriteEntities());
    }

    internal static RequestLayout Layout { get; } = new("Agent", "Action", "Resource", "input.region", "input.category", "risk.score", "task.remaining");

    internal string Text { get; }

    internal EntityStore Entities { get; }

    /// <summary>The schema that the policies validate against.</summary>
    internal string SchemaText
    {
        get
        {
            StringBuilder text = new(Schema);
            for (int tool = 0; tool < _tools; tool++)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""

                    action "tool-{{tool}}-group";
                    action "tool-{{tool}}" in ["tool-{{tool}}-group"] appliesTo {
                      principal: [Agent], resource: [Resource],
                      context: { input: { region: String, category: String }, risk: { score: Long }, task: { remaining: decimal } }
                    };
                    """);
            }

            return text.ToString();
        }
    }

    /// <summary>Requests for tools chosen evenly. The strings are objects of their own, as those of a caller would be.</summary>
    internal AgentRequest[] Requests(int count)
    {
        AgentRequest[] requests = new AgentRequest[count];
        for (int i = 0; i < count; i++)
        {
            int tool = _random.Next(_tools);
            requests[i] = new AgentRequest(
                $"agent-{_random.Next(AgentCount)}",
                $"tool-{tool}",
                $"resource-{tool}",
                new string(Pick(Regions)),
                new string(Pick(Categories)),
                _random.Next(100),
                _random.Next(10_000_000));
        }

        return requests;
    }

    private string WritePolicies()
    {
        StringBuilder text = new();
        for (int tool = 0; tool < _tools; tool++)
        {
            for (int i = 0; i < 6; i++)
            {
                Line(text, $"permit(principal is Agent, action == Action::\"tool-{tool}\", resource) when {{ {Conditions(1 + (i % 3))} }};");
            }

            for (int i = 0; i < 2; i++)
            {
                Line(text, $"permit(principal in Group::\"group-{_random.Next(GroupCount)}\", action in Action::\"tool-{tool}-group\", resource in Folder::\"folder-{tool}\");");
            }

            Line(text, $"forbid(principal, action == Action::\"tool-{tool}\", resource) when {{ context.risk.score > {_random.Next(80, 99)} }};");
            Line(text, $"@approval(\"manager\") permit(principal is Agent, action == Action::\"tool-{tool}\", resource) when {{ {Condition(0)} && {Condition(2)} }};");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string policy) => text.AppendLine(policy);

    private string Conditions(int count) => string.Join(" && ", Enumerable.Range(0, count).Select(Condition));

    private string Condition(int kind) => kind switch
    {
        0 => $"context.input.{(_random.Next(2) == 0 ? $"region == \"{Pick(Regions)}\"" : $"category == \"{Pick(Categories)}\"")}",
        1 => $"context.risk.score < {_random.Next(10, 80)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"context.task.remaining.greaterThan(decimal(\"{_random.Next(100, 900)}.50\"))"),
    };

    private IEnumerable<Entity> WriteEntities()
    {
        for (int group = 0; group < GroupCount; group++)
        {
            yield return new Entity(new EntityUid("Group", $"group-{group}"));
        }

        for (int agent = 0; agent < AgentCount; agent++)
        {
            yield return new Entity(new EntityUid("Agent", $"agent-{agent}"), parents: [new EntityUid("Group", $"group-{agent % GroupCount}")]);
        }

        for (int tool = 0; tool < _tools; tool++)
        {
            yield return new Entity(new EntityUid("Action", $"tool-{tool}"), parents: [new EntityUid("Action", $"tool-{tool}-group")]);
            yield return new Entity(new EntityUid("Resource", $"resource-{tool}"), parents: [new EntityUid("Folder", $"folder-{tool}")]);
        }
    }

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
