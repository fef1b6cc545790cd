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
        label = Label.Worst;
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

        SeenValues seen = context.Task.Values;
        bool hasRequest = seen.Request.Text.Length > 0;
        label = seen.AddResult(
            AsJson(context, result, text), text, context.Tool.ResultLabels, CapOf(context, result), isNamed: hasRequest && context.Provenance.NamesSource, context.Tool.ResultKind,
            context.Tool.ResultKind ?? context.Tool.Name);
        if (hasRequest)
        {
            context.Provenance.UseQuotes(seen);
        }

        context.Task.History.Reached(label);
        return result;
    }

    /// <summary>Tools often hand JSON on as text; where the descriptor tells its parts apart, they are looked for there too.</summary>
    private static JsonElement? AsJson(CallContext context, ToolResult result, string text)
    {
        if (result.Json is not null || context.Tool.ResultFields.IsEmpty || text.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return result.Json;
        }

        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The best that any part of the result can be: the worst when it does not fit its schema; and no better than the arguments, once the task
    /// has read what strangers wrote. That holds also for a value that was seen nowhere, since the model may have spelled it anew; a bare true
    /// or false carries too little to count.
    /// </summary>
    private static Label CapOf(CallContext context, ToolResult result)
    {
        if (context.Tool.Output is { } shape && !(result.Json is { } json && shape.Fits(json)))
        {
            return Label.Worst;
        }

        Label cap = result.Claimed ?? Label.Best;
        return IsCappedByArguments(context) ? cap.Combine(new Label(context.Provenance.WorstIntegrity, Confidentiality.Public)) : cap;
    }

    /// <summary>
    /// Before the tool is entered: finds out where the arguments came from, if the label of the result depends on it. Later it would be found among
    /// what other calls returned meanwhile, and a value that was known from nowhere would pass for one of theirs.
    /// </summary>
    internal static void Entering(CallContext context)
    {
        if (IsCappedByArguments(context))
        {
            _ = context.Provenance;
        }
    }

    private static bool IsCappedByArguments(CallContext context) =>
        context.Tool.ResultLabels.Best != Integrity.Untrusted
        && (context.Task.Values.HasUntrusted || context.Task.History.WorstLabel.Integrity != Integrity.Trusted);

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
