using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Why a decision is what it is: in words by <see cref="ToString"/>, for programs by <see cref="ToJson"/>. It quotes policies and arguments, so
/// it is for developers and operators, never for the model. Live secrets are taken out, long values are cut, characters that hide or that a
/// terminal obeys are escaped. Immutable.
/// </summary>
public sealed class DecisionExplanation
{
    internal DecisionExplanation(
        DecisionOutcome outcome, string reasonCode, string summary, string? advice, CedarExplanation? details, SuggestionKind kind, ImmutableArray<string> notes)
    {
        Outcome = outcome;
        ReasonCode = reasonCode;
        Summary = summary;
        Advice = advice;
        Kind = kind;
        Notes = notes;
        Details = details;
    }

    /// <summary>What was decided.</summary>
    public DecisionOutcome Outcome { get; }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public string ReasonCode { get; }

    /// <summary>One sentence that needs no knowledge of Cedar: what was decided, and what made it so.</summary>
    public string Summary { get; }

    /// <summary>What whoever runs the host can do about it, or null.</summary>
    public string? Advice { get; }

    /// <summary>The policies that applied, that failed or that nearly applied, each with its conditions, of the policy set and of the mandates. Empty where no policy decided.</summary>
    public IReadOnlyList<PolicyTrace> Policies => Details?.Policies ?? [];

    /// <summary>
    /// The smallest changes, of those that were searched, under which policies and mandates would have permitted the call, or where it waits
    /// for an approval, would not have asked. Where a person would still have to approve, a note says so. Each was tried with the very values
    /// that its sentence names, by itself: what the guard finds out from arguments (the resource, where values come from, the score) is held
    /// as it was, and budgets, rates and credentials are not asked.
    /// </summary>
    public IReadOnlyList<SuggestedChange> Suggestions => Details?.Suggestions ?? [];

    /// <summary>What limits the explanation, such as that something has changed since.</summary>
    public ImmutableArray<string> Notes { get; }

    internal CedarExplanation? Details { get; }

    internal SuggestionKind Kind { get; }

    /// <summary>The summary, the suggestions, the policies with the places of their conditions, and the advice: some lines.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Outcome switch { DecisionOutcome.Permit => "Permitted", DecisionOutcome.RequireApproval => "Waits for approval", _ => "Denied" })
            .Append(" (").Append(ReasonCode).Append("): ").AppendLine(Summary);
        foreach (SuggestedChange suggestion in Suggestions)
        {
            text.Append(Kind switch
            {
                SuggestionKind.NeedsNoApproval => "It would need no approval if ",
                SuggestionKind.CanBeApproved => "It would wait for a person's approval if ",
                _ => "It would be permitted if ",
            }).Append(suggestion.Sentence).AppendLine(".");
        }

        if (Details is { Policies.Count: > 0 } details)
        {
            text.AppendLine("In detail:").Append(details.DescribePolicies("  "));
        }

        if (Advice is not null)
        {
            text.AppendLine(Advice);
        }

        foreach (string note in Notes)
        {
            text.AppendLine(note);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>One JSON object, as <see cref="WriteTo"/> writes it. Everything outside of ASCII is escaped.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            WriteTo(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// Writes members: <c>outcome</c> and <c>reasonCode</c> as in audit records, <c>summary</c>, <c>advice</c>, <c>notes</c>, and where policies
    /// can be explained <c>suggestionsAchieve</c> and those of <see cref="CedarExplanation.WriteTo"/>. Under the suggestions the call would be
    /// permitted without asking anybody (<c>permit</c>), would no longer wait for an approval (<c>no-approval</c>), or would wait for one
    /// instead of being denied (<c>require-approval</c>).
    /// </summary>
    /// <param name="writer">Where to; within an object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteString("outcome", Outcome switch { DecisionOutcome.Permit => "permit", DecisionOutcome.RequireApproval => "require-approval", _ => "deny" });
        writer.WriteString("reasonCode", ReasonCode);
        writer.WriteString("summary", Summary);
        if (Advice is not null)
        {
            writer.WriteString("advice", Advice);
        }

        writer.WriteStartArray("notes");
        foreach (string note in Notes)
        {
            writer.WriteStringValue(note);
        }

        writer.WriteEndArray();
        if (Details is not null)
        {
            writer.WriteString("suggestionsAchieve", Kind switch
            {
                SuggestionKind.NeedsNoApproval => "no-approval",
                SuggestionKind.CanBeApproved => "require-approval",
                _ => "permit",
            });
            Details.WriteTo(writer);
        }
    }
}
