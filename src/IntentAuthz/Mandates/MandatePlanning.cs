using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Gets a proposal for a task that is being opened, in bounded time, and holds it against the tools there are.</summary>
internal sealed partial class MandatePlanning(
    IMandateProposer? proposer, ToolCatalog tools, SchemaInForce schema, TimeSpan timeout, TimeProvider time, ILogger<MandatePlanning> logger)
{
    private readonly ILogger<MandatePlanning> _logger = logger;

    /// <summary>The proposal, if there is one; or why the task must not be opened.</summary>
    internal async ValueTask<(MandateProposal? Proposal, string? Failed)> ProposeAsync(TaskRequest request, bool isRoot, CancellationToken cancellationToken)
    {
        MandateProposal? proposal = request.Proposal;
        if (proposal is null && isRoot && proposer is not null && request.UserRequest is { } asked)
        {
            using CancellationTokenSource timer = new(timeout, time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                proposal = await proposer.ProposeAsync(new MandateProposalRequest(asked, tools.Tools, request.Mandate), both.Token).AsTask()
                    .WaitAsync(both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                LogFailed(e);
                return (null, $"The proposer failed or did not answer within {timeout} ({e.GetType().Name}); see the log. A task is opened without it by giving it a proposal of the host's own.");
            }
        }

        return proposal?.Grants is { } grants && schema.WhatIsWrongWith(grants) is { } wrong
            ? (null, $"What was proposed does not fit the tools there are. {wrong}")
            : (proposal, null);
    }

    [LoggerMessage(EventId = 700, Level = LogLevel.Error, Message = "The proposer of mandates failed; the task was not opened.")]
    private partial void LogFailed(Exception exception);
}
