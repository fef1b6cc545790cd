using System.Reflection;

namespace IntentAuthz.Containment.Tests;

/// <summary>What an ordinary coding agent types: how much of it can be known before it runs.</summary>
public sealed class AgentCommandTests
{
    [Fact]
    public void Analyze_OrdinaryAgentCommands_AllAreReadAndTheOpaqueOnesAreThoseListed()
    {
        var analyzer = new ShellAnalyzer(new ShellAnalyzerOptions { WorkingDirectory = "/srv/work/repo", Home = "/home/agent" });
        string[] commands = Read("AgentCommands");
        Assert.True(commands.Length >= 300, $"There are {commands.Length} commands.");
        Assert.Equal(commands.Length, commands.Distinct().Count());

        var opaque = new List<string>();
        int code = 0;
        var lines = new List<string>();
        foreach (string command in commands)
        {
            ShellAnalysis analysis = analyzer.Analyze(command);
            Assert.True(analysis.IsParsed, $"'{command}' is not read: {string.Join("; ", analysis.Errors)}");
            if (analysis.IsOpaque)
            {
                opaque.Add(command);
                lines.Add($"{command.Split('\n')[0]}\n      {string.Join("\n      ", analysis.Reasons.Select(r => $"{r.Reason}: {r.Message}"))}");
            }
            else if (!analysis.IsComplete)
            {
                code++;
            }
        }

        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "agent-commands-opaque.txt"), $"{opaque.Count} of {commands.Length}; {code} run code and are not opaque\n" + string.Join('\n', lines));
        Assert.True(opaque.Count * 100 <= commands.Length * 10, $"{opaque.Count} of {commands.Length} commands are opaque; the bar is 10 %.");
        string[] expected = Read("AgentCommandsOpaque");
        string appeared = string.Join("\n%%\n", opaque.Except(expected));
        string gone = string.Join("\n%%\n", expected.Except(opaque));
        Assert.True(appeared.Length == 0 && gone.Length == 0, $"Opaque and not listed:\n{appeared}\nListed and not opaque any more:\n{gone}");
    }

    private static string[] Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Programs.{name}.list")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split("\n%%\n").Select(c => c.Trim('\n')).Where(c => c.Length > 0).ToArray();
    }
}
