using System.Buffers;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Cedar;

/// <summary>
/// Why a request is decided as it is. For developers and operators: it quotes policies and values, so it is not for whoever was refused, and
/// never for a model. Immutable.
/// </summary>
public sealed class CedarExplanation
{
    private readonly IReadOnlyCollection<string> _refusing; // the names of the layers that do not accept

    internal CedarExplanation(bool isAccepted, IReadOnlyList<PolicyTrace> policies, int omitted, IReadOnlyList<SuggestedChange> suggestions, bool isComplete, IReadOnlyCollection<string> refusing)
    {
        _refusing = refusing;
        IsAccepted = isAccepted;
        Policies = policies;
        OmittedPolicies = omitted;
        Suggestions = suggestions;
        IsComplete = isComplete;
    }

    /// <summary>Whether every layer lets the request through.</summary>
    public bool IsAccepted { get; }

    /// <summary>The policies that matter: those that determined the answer and those that failed; where no permit applied, the permits that came nearest, nearest first.</summary>
    public IReadOnlyList<PolicyTrace> Policies { get; }

    /// <summary>How many more policies there are like these.</summary>
    public int OmittedPolicies { get; }

    /// <summary>
    /// The smallest changes, of those that were searched, under which the request would have been let through; at most three, all with the same
    /// number of changes. Each was tried with the very values that its sentence names. Searched are the values that conditions compare with
    /// or that lie next to them, groups that they name, and sets of at most four such changes. Empty where the request is let through, or where
    /// nothing was found.
    /// </summary>
    public IReadOnlyList<SuggestedChange> Suggestions { get; }

    /// <summary>Whether all of that was searched. If not, a bound cut the search off: even there may be smaller ones, or some where none is given.</summary>
    public bool IsComplete { get; }

    /// <summary>The same explanation with some of its suggestions, for a caller that tells apart what they achieve.</summary>
    /// <param name="isKept">Which.</param>
    public CedarExplanation WithSuggestions(Func<SuggestedChange, bool> isKept)
    {
        ArgumentNullException.ThrowIfNull(isKept);
        return new(IsAccepted, Policies, OmittedPolicies, [.. Suggestions.Where(isKept)], IsComplete, _refusing);
    }

    /// <summary>The explanation in words, one line a fact.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(IsAccepted ? "Permitted." : "Not permitted.").Append(DescribePolicies());
        foreach (var suggestion in Suggestions)
        {
            text.Append("It would be permitted if ").Append(suggestion.Sentence).AppendLine(".");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>The policies of the layers that refuse (of all, where all accept) in words: a line each, and one for each condition. Ends with a line break unless it is empty.</summary>
    /// <param name="indent">What every line begins with.</param>
    public string DescribePolicies(string indent = "")
    {
        ArgumentNullException.ThrowIfNull(indent);
        var text = new StringBuilder();
        // Where something refuses, what permits beside it is no part of the reason.
        var told = Policies.Where(trace => IsAccepted || _refusing.Contains(trace.Layer)).ToList();
        var hasLayers = told.Select(static trace => trace.Layer).Distinct().Skip(1).Any();
        foreach (var trace in told)
        {
            var verb = trace.Outcome switch
            {
                PolicyTraceOutcome.Applied => trace.Effect == PolicyEffect.Permit ? "permits" : "forbids",
                PolicyTraceOutcome.Failed => "could not be evaluated",
                _ => "does not permit",
            };
            text.Append(indent).Append(hasLayers ? $"{ExplanationText.Shown(trace.Layer)}: " : "").Append(trace.Title).Append(' ').Append(verb);
            if (trace.Asks is { Length: > 0 } asks)
            {
                text.Append(trace.Outcome == PolicyTraceOutcome.Applied ? ", with " : " (with ").Append(asks).Append(trace.Outcome == PolicyTraceOutcome.Applied ? "" : ")");
            }

            if (trace.Source.IsKnown)
            {
                text.Append(" (").Append(ExplanationText.Place(trace.Source)).Append(')');
            }

            text.AppendLine(trace.Conditions.Count == 0 && trace.Error is null ? "." : ":");
            if (trace.Error is { } error)
            {
                text.Append(indent).Append("  - ").Append(ExplanationText.Shown(error.Message)).AppendLine(error.Span.IsKnown ? $" [{ExplanationText.Place(error.Span)}]" : "");
            }

            foreach (var condition in trace.Conditions)
            {
                text.Append(indent).Append("  - ").AppendLine(condition.ToString());
            }
        }

        if (OmittedPolicies > 0)
        {
            text.Append(indent).AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{OmittedPolicies} more {(OmittedPolicies == 1 ? "policy" : "policies")} like these.");
        }

        if (!IsComplete)
        {
            text.Append(indent).AppendLine("The search for changes was cut off; there may be smaller ones.");
        }

        return text.ToString();
    }

    /// <summary>The explanation as one JSON object. Everything outside of ASCII is escaped, so that it can be shown anywhere.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteTo(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the members of the object: <c>accepted</c>, <c>policies</c>, <c>omittedPolicies</c>, <c>suggestions</c>, <c>complete</c>.</summary>
    /// <param name="writer">Where to; within an object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteBoolean("accepted", IsAccepted);
        writer.WriteStartArray("policies");
        foreach (var trace in Policies)
        {
            WritePolicy(writer, trace);
        }

        writer.WriteEndArray();
        writer.WriteNumber("omittedPolicies", OmittedPolicies);
        writer.WriteStartArray("suggestions");
        foreach (var suggestion in Suggestions)
        {
            writer.WriteStartObject();
            writer.WriteString("if", suggestion.Sentence);
            writer.WriteStartArray("changes");
            foreach (var change in suggestion.Changes)
            {
                writer.WriteStartObject();
                writer.WriteString("what", change.What);
                WriteOptional(writer, "from", change.From);
                WriteOptional(writer, "to", change.To);
                writer.WriteString("if", change.Sentence);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("complete", IsComplete);
    }

    private static void WritePolicy(Utf8JsonWriter writer, PolicyTrace trace)
    {
        writer.WriteStartObject();
        writer.WriteString("layer", trace.Layer);
        writer.WriteString("id", trace.PolicyId);
        writer.WriteString("effect", trace.Effect == PolicyEffect.Permit ? "permit" : "forbid");
        writer.WriteString("outcome", trace.Outcome switch { PolicyTraceOutcome.Applied => "applied", PolicyTraceOutcome.Failed => "failed", _ => "notApplied" });
        WriteOptional(writer, "description", trace.Description);
        writer.WriteStartObject("annotations");
        foreach (var annotation in trace.Annotations)
        {
            writer.WriteString(annotation.Name, annotation.Value);
        }

        writer.WriteEndObject();
        WriteSpan(writer, trace.Source);
        if (trace.Error is { } error)
        {
            writer.WriteStartObject("error");
            writer.WriteString("message", error.Message);
            WriteSpan(writer, error.Span);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("conditions");
        foreach (var condition in trace.Conditions)
        {
            writer.WriteStartObject();
            writer.WriteBoolean("holds", condition.Holds);
            writer.WriteBoolean("expected", condition.Expected);
            writer.WriteString("sentence", condition.Sentence);
            writer.WriteString("text", condition.Text);
            WriteSpan(writer, condition.Span);
            writer.WriteStartArray("values");
            foreach (var value in condition.Values)
            {
                writer.WriteStartObject();
                writer.WriteString("expression", value.Expression);
                WriteOptional(writer, "value", value.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter writer, SourceSpan span)
    {
        if (span.IsKnown)
        {
            WriteOptional(writer, "file", span.Source);
            writer.WriteNumber("line", span.Line);
            writer.WriteNumber("column", span.Column);
        }
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
