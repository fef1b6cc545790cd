namespace IntentAuthz;

/// <summary>
/// Proposes a mandate without a model: it reads from an ordinary English request which effects are asked for, by the words people have for
/// them, and by the words that tools are named with. Reading is always part of it. Which objects the effects are for is not guessed here: ids
/// are learned from results later, and the provenance of each call ties them to what the request names. Safe for use by many threads.
/// </summary>
public sealed class EnglishRequestReader : IMandateProposer
{
    /// <inheritdoc/>
    public ValueTask<MandateProposal?> ProposeAsync(MandateProposalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        HashSet<string> words = EffectWords.StemsOf(request.UserRequest);
        SortedSet<string> actions = new(StringComparer.Ordinal);
        SortedSet<string> asked = new(StringComparer.Ordinal);
        foreach (ToolDescriptor tool in request.Tools)
        {
            bool isRead = tool.Effect == ToolEffect.Read;
            if (isRead || EffectWords.AskFor(tool, words))
            {
                actions.UnionWith(tool.Actions.Select(static a => a.Id));
                if (!isRead)
                {
                    asked.Add(tool.Effect.ToString().ToLowerInvariant());
                }
            }
        }

        string rationale = asked.Count == 0 ? "the request asks for reading only" : $"the request asks to read and to {string.Join(", ", asked)}";
        return new ValueTask<MandateProposal?>(
            actions.Count == 0 ? MandateProposal.Of(rationale) : MandateProposal.Of(rationale, MandateGrant.Of([.. actions])));
    }
}
