using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

using Microsoft.Extensions.AI;

namespace Quickstart.Agent;

/// <summary>
/// Plays the part of a language model, without one: it does what a model would be asked to do, and falls for the injected mail on purpose.
/// It knows only what the conversation holds: the advertised tools, and what they returned.
/// </summary>
internal sealed partial class ScriptedModel : IChatClient
{
    private readonly IEnumerator<AIContent> _script;
    private IList<AITool> _tools = [];
    private string _lastResult = "";
    private int _calls;

    public ScriptedModel() => _script = Play().GetEnumerator();

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        _tools = options?.Tools ?? [];
        _lastResult = messages.SelectMany(static m => m.Contents).OfType<FunctionResultContent>().LastOrDefault()?.Result?.ToString() ?? "";
        AIContent next = _script.MoveNext() ? _script.Current : new TextContent("I have nothing left to do.");
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [next])));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => _script.Dispose();

    /// <summary>The script. Each step runs when the loop asks for the next one, so that it can read what the step before it returned.</summary>
    private IEnumerable<AIContent> Play()
    {
        yield return Call("list_open");
        List<Match> invoices = [.. Invoice().Matches(_lastResult).Cast<Match>()];
        Match small = invoices.Single(static i => i.Groups["number"].Value == "INV-1041");
        Match large = invoices.Single(static i => i.Groups["number"].Value == "INV-1042");

        yield return Pay(small, small.Groups["number"].Value);
        string toSmall = _lastResult;

        yield return Call("read");

        yield return Pay(Instruction().Match(_lastResult), "INV-1041"); // fooled: the account and the amount are the mail's
        string toTheMail = _lastResult;

        yield return Pay(large, large.Groups["number"].Value);
        yield return new TextContent($"INV-1041: {toSmall} What the mail asks for: {toTheMail} INV-1042: {_lastResult}");

        yield return Pay(large, large.Groups["number"].Value);
        yield return new TextContent($"INV-1042: {_lastResult}");
    }

    private FunctionCallContent Pay(Match from, string reference) => Call("pay", new Dictionary<string, object?>
    {
        ["account"] = JsonSerializer.SerializeToElement(from.Groups["account"].Value),
        ["amount"] = JsonElement.Parse(from.Groups["amount"].Value),
        ["reference"] = JsonSerializer.SerializeToElement(reference),
    });

    private FunctionCallContent Call(string function, Dictionary<string, object?>? arguments = null)
    {
        AITool tool = _tools.SingleOrDefault(t => t.Name.EndsWith(function, StringComparison.Ordinal))
            ?? throw new InvalidOperationException(
                $"The script wants to call '{function}', which is not among the advertised tools ({string.Join(", ", _tools.Select(static t => t.Name))}); do the policies permit it at all?");
        return new FunctionCallContent($"call-{++_calls}", tool.Name, arguments);
    }

    [GeneratedRegex(@"(?<number>INV-\d+) \| [^|]+ \| (?<account>\w+) \| (?<amount>[\d.]+) EUR")]
    private static partial Regex Invoice();

    [GeneratedRegex(@"Pay (?<amount>[\d.]+) EUR to account (?<account>\w+)")]
    private static partial Regex Instruction();
}
