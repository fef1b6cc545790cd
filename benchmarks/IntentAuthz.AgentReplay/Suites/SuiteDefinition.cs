namespace IntentAuthz.AgentReplay.Suites;

/// <summary>What the owner of an application writes: its tools, its policies, and which calls change something or let data out.</summary>
/// <param name="Name">The suite's name.</param>
/// <param name="Tools">The descriptors.</param>
/// <param name="Policies">The Cedar text.</param>
/// <param name="IsWrite">Whether a tool, by its name, changes something or lets data out, as the benchmark's readme has it.</param>
internal sealed record SuiteDefinition(string Name, IReadOnlyList<ToolDescriptor> Tools, string Policies, Func<string, bool> IsWrite)
{
    internal static SuiteDefinition? Find(string name) => name switch
    {
        "banking" => Banking.Define(),
        "slack" => Slack.Define(),
        "travel" => Travel.Define(),
        "workspace" => Workspace.Define(),
        "shopping" => Shopping.Define(),
        "github" => GitHub.Define(),
        "dailylife" => DailyLife.Define(),
        _ => null,
    };

    internal static IReadOnlyList<string> Names { get; } = ["banking", "slack", "travel", "workspace", "shopping", "github", "dailylife"];

    internal static string ReadPolicies(params ReadOnlySpan<string> names)
    {
        List<string> texts = [];
        foreach (string name in names)
        {
            using Stream stream = typeof(SuiteDefinition).Assembly.GetManifestResourceStream(name + ".cedar")
                ?? throw new InvalidOperationException($"No policies are named '{name}'.");
            using StreamReader reader = new(stream);
            texts.Add(reader.ReadToEnd());
        }

        return string.Join('\n', texts);
    }
}
