using System.Text.Json;

using IntentAuthz;

namespace WatchedTask;

/// <summary>Makes calls, tells what became of them, and remembers whether each ended as expected.</summary>
internal sealed class Narrator(Guard guard, AgentTask task)
{
    internal bool IsTrue { get; private set; } = true;

    internal async Task ExpectAsync(string outcome, string tool, string arguments)
    {
        GuardResult result = await guard.InvokeAsync(
            task,
            new ToolCall(tool, arguments),
            static (invocation, _) => new ValueTask<ToolResult>(
                invocation.Tool.Name == "files.list" ? ToolResult.FromJson(JsonElement.Parse(Assistant.Files)) : ToolResult.FromText("done")));
        IsTrue &= result.OutcomeCode == outcome;
        Console.WriteLine($"{(result.OutcomeCode == outcome ? "as said" : "NOT AS SAID")}     {tool} {arguments}\n            {result.OutcomeCode}: {result.Decision.Explanation}");
    }
}
