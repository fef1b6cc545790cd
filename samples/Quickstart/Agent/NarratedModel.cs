using System.Globalization;

using IntentAuthz;

using Microsoft.Extensions.AI;

using Quickstart.Audit;

using Spectre.Console;

namespace Quickstart.Agent;

/// <summary>Sits between the function-calling loop and the model, and prints what the model asks for, what the guard decided, and what the model is told.</summary>
internal sealed class NarratedModel(IChatClient model, AuditTap audit, Timeline timeline) : DelegatingChatClient(model)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Everything the model was given or said, as text: where a secret must never appear.</summary>
    internal List<string> Transcript { get; } = [];

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> given = [.. messages];
        Transcript.AddRange(given.SelectMany(static m => m.Contents).Select(Text));
        foreach (FunctionResultContent result in given.SelectMany(static m => m.Contents).OfType<FunctionResultContent>().Where(r => _told.Add(r.CallId)))
        {
            await TellAsync(result, cancellationToken);
        }

        ChatResponse response = await base.GetResponseAsync(given, options, cancellationToken);
        foreach (AIContent content in response.Messages.SelectMany(static m => m.Contents))
        {
            Transcript.Add(Text(content));
            if (content is FunctionCallContent or TextContent { Text.Length: > 0 })
            {
                timeline.Line("agent", content is FunctionCallContent ? $"calls {Text(content)}" : $"says: {Text(content)}");
            }
        }

        return response;
    }

    private async Task TellAsync(FunctionResultContent result, CancellationToken cancellationToken)
    {
        AuditRecord decision = await audit.DecisionAboutAsync(result.CallId, cancellationToken).WaitAsync(s_patience, cancellationToken);
        string policies = $"[policy: {(decision.Policies.IsEmpty ? "none" : string.Join(", ", decision.Policies))}]";
        (string what, Color color) = decision.Outcome switch
        {
            DecisionOutcome.Permit when decision.Lease is { } lease => ($"PERMITS {decision.Tool} {policies}, by a token just for this: {lease}", Color.Green),
            DecisionOutcome.Permit => ($"PERMITS {decision.Tool} {policies}", Color.Green),
            DecisionOutcome.RequireApproval => ($"ASKS A PERSON about {decision.Tool} ({decision.ReasonCode}) {policies}", Color.Yellow),
            _ => ($"REFUSES {decision.Tool} ({decision.ReasonCode}) {policies}: {decision.Explanation}", Color.Red),
        };
        timeline.Line("guard", what, color);
        timeline.Line("", $"the model reads: {OneLine(Text(result))}", Color.Grey);
    }

    private static string Text(AIContent content) => content switch
    {
        FunctionCallContent call => $"{call.Name}({string.Join(", ", (call.Arguments ?? new Dictionary<string, object?>()).Select(static a => string.Create(CultureInfo.InvariantCulture, $"{a.Key}: {a.Value}")))})",
        FunctionResultContent result => Convert.ToString(result.Result, CultureInfo.InvariantCulture) ?? "",
        _ => content.ToString() ?? "",
    };

    private static string OneLine(string text)
    {
        const int Longest = 160;
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : $"{line[..Longest]}…";
    }
}
