using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntentAuthz;

/// <summary>Looks at what a tool returned before anybody else does: its size and shape, its label, secrets in it, what must be taken out.</summary>
internal sealed class ResultObserver(SecretScrubber scrubber, int maxBytes)
{
    private const int MaxDepth = 64;

    /// <summary>The result to hand on, or null when it must be withheld; and the label it has.</summary>
    internal ToolResult? Observe(CallContext context, Obligations obligations, ToolResult result, out Label label)
    {
        label = LabelOf(context, result);
        string text = result.ToString();
        if (text.Length > maxBytes)
        {
            return null;
        }

        if (!obligations.Redactions.IsEmpty)
        {
            if (Redact(result, obligations) is not { } redacted)
            {
                return null;
            }

            result = redacted;
            text = result.ToString();
        }

        if (scrubber.KnowsAny)
        {
            string scrubbed = scrubber.Scrub(text, out bool found);
            if (found)
            {
                result = ToolResult.FromText(scrubbed);
                text = scrubbed;
            }
        }

        context.Task.Values.Add(label.Integrity == Integrity.Trusted ? ValueSource.TrustedResult : ValueSource.UntrustedResult, text);
        context.Task.History.Reached(label);
        return result;
    }

    /// <summary>What the descriptor declares at best; worse when the result does not fit its schema, or when an argument came from a stranger.</summary>
    private static Label LabelOf(CallContext context, ToolResult result)
    {
        Label label = context.Tool.ResultLabel;
        if (context.Tool.Output is { } shape && !(result.Json is { } json && shape.Fits(json)))
        {
            return Label.Worst;
        }

        if (label.Integrity == Integrity.Trusted
            && (context.Task.Values.HasUntrusted || context.Task.History.WorstLabel.Integrity == Integrity.Untrusted)
            && context.Snapshot.Json.EnumerateObject().Any(a => MayBeAStrangers(context, a)))
        {
            label = label with { Integrity = Integrity.Untrusted };
        }

        return label;
    }

    /// <summary>
    /// Whether an argument's value may come from a stranger, once the task has read one: also when it was seen nowhere, since the model may have
    /// spelled it anew. A bare true or false carries too little to count.
    /// </summary>
    private static bool MayBeAStrangers(CallContext context, JsonProperty argument) =>
        argument.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) && !CallContext.IsTrusted(context.Sources[argument.Name]);

    /// <summary>Takes the paths out. Null when the result is no JSON, so that nobody can say whether they were in it.</summary>
    private static ToolResult? Redact(ToolResult result, Obligations obligations)
    {
        if (obligations.Redactions.Contains("result"))
        {
            return ToolResult.FromText("[redacted]");
        }

        JsonNode? root;
        try
        {
            root = JsonNode.Parse(
                result.Json?.GetRawText() ?? result.Text ?? "null", documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }

        foreach (string path in obligations.Redactions)
        {
            Redact(root, path["result.".Length..].Split('.'), 0);
        }

        return ToolResult.FromJson(JsonElement.Parse(root?.ToJsonString() ?? "null"));
    }

    /// <summary>A path reaches through lists: <c>result.people.ssn</c> takes the member out of every item.</summary>
    private static void Redact(JsonNode? node, string[] path, int at)
    {
        if (node is JsonArray list)
        {
            foreach (JsonNode? item in list)
            {
                Redact(item, path, at);
            }
        }
        else if (node is JsonObject members && members.ContainsKey(path[at]))
        {
            if (at == path.Length - 1)
            {
                members[path[at]] = "[redacted]";
            }
            else
            {
                Redact(members[path[at]], path, at + 1);
            }
        }
    }
}
