using System.Collections.Immutable;

using Microsoft.Extensions.AI;

namespace CodeModeAgent;

/// <summary>Calls the tools as the agent, says what came of it, and notes whether it was as expected.</summary>
internal sealed class Narrator(ImmutableArray<AIFunction> tools)
{
    internal bool IsTrue { get; private set; } = true;

    /// <summary>Makes a call whose answer has to hold a text; before it, a command of the shell where one is given.</summary>
    internal async Task ExpectAsync(
        string what, string answer, string tool, (string Name, string Value) argument, (string Name, string Value)? second = null, (string Name, string Value)? before = null)
    {
        if (before is { } first)
        {
            await CallAsync("shell", first);
        }

        string got = await CallAsync(tool, second is { } more ? [argument, more] : [argument]);
        bool isAsSaid = got.Contains(answer, StringComparison.Ordinal);
        Say(what, isAsSaid);
        Console.WriteLine($"              {Short(got)}");
    }

    internal void Check(string what, bool isAsSaid) => Say(what, isAsSaid);

    private async Task<string> CallAsync(string tool, params (string Name, string Value)[] arguments)
    {
        AIFunctionArguments given = new();
        foreach ((string name, string value) in arguments)
        {
            given.Add(name, value);
        }

        return (string)(await tools.Single(t => t.Name == tool).InvokeAsync(given))!;
    }

    private void Say(string what, bool isAsSaid)
    {
        IsTrue &= isAsSaid;
        Console.WriteLine($"  {(isAsSaid ? "as said     " : "NOT AS SAID ")}{what}");
    }

    private static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > 150 ? $"{line[..150]}…" : line;
    }
}
