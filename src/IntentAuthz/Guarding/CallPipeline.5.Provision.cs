namespace IntentAuthz;

/// <summary>Step 5: what the call needs to run: containment, then the credential. A call that is denied for the one never gets the other.</summary>
internal sealed partial class CallPipeline
{
    private async ValueTask<Decision> ProvisionAsync(CallContext context, Standing standing, Decision permit, CancellationToken cancellationToken)
    {
        if (!standing.Obligations.Containments.IsEmpty)
        {
            return Decision.Deny(
                ReasonCodes.ContainmentUnavailable,
                $"The call must run contained by {string.Join(", ", standing.Obligations.Containments)}, and nothing here can enforce that.");
        }

        if (standing.Obligations.Credential is not { } profile)
        {
            return permit;
        }

        AcquireResult acquired = await broker.AcquireAsync(
            context.Task, profile, context.Id, isApproved: context.Approval is not null, cancellationToken).ConfigureAwait(false);
        context.Credential = acquired.Credential;
        return acquired.Credential is null ? Decision.Deny(acquired.ReasonCode, acquired.Message) : permit;
    }
}
