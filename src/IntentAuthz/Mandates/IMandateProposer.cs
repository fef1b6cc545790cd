namespace IntentAuthz;

/// <summary>
/// Proposes what a task needs, from the user's request alone and before the first tool has run, so that nothing that is read later can have a
/// part in it. A proposal narrows the task's mandate and never widens it. Safe for use by many threads.
/// </summary>
public interface IMandateProposer
{
    /// <summary>Proposes, or has no opinion.</summary>
    /// <param name="request">The user's request, the tools there are, and the mandate the host gives.</param>
    /// <param name="cancellationToken">Ends the work; it is cancelled after <see cref="IntentAuthzOptions.ProposerTimeout"/>.</param>
    /// <returns>The proposal; null for no opinion, which narrows nothing. An exception refuses the opening of the task.</returns>
    ValueTask<MandateProposal?> ProposeAsync(MandateProposalRequest request, CancellationToken cancellationToken);
}
