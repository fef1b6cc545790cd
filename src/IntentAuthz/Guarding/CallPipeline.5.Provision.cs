namespace IntentAuthz;

/// <summary>Step 5: what the call needs to run: containment, then the credential. A call that is denied for the one never gets the other.</summary>
internal sealed partial class CallPipeline
{
    private static bool NeedsProvision(Standing standing) => !standing.Obligations.Containments.IsEmpty || standing.Obligations.Credential is not null;

    /// <summary>The decision, and the last look at the clocks if nothing that can take its time came after it.</summary>
    private async ValueTask<(Decision Decision, Moment? Near)> ProvisionAsync(CallContext context, Standing standing, Decision permit, CancellationToken cancellationToken)
    {
        if (!standing.Obligations.Containments.IsEmpty)
        {
            ContainmentResult prepared = await containments.PrepareAsync(
                context.Id, context.Task, context.Tool, standing.Obligations.Containments, cancellationToken).ConfigureAwait(false);
            if (!prepared.IsReady)
            {
                return (Decision.Deny(ReasonCodes.ContainmentUnavailable, prepared.Missing), null);
            }

            context.Contain(prepared.Containment);
        }

        if (standing.Obligations.Credential is not { } profile)
        {
            return (permit, null);
        }

        AcquireResult acquired = await broker.AcquireAsync(
            context.Task, profile, context.Id, isApproved: context.Approval is not null, cancellationToken).ConfigureAwait(false);
        context.Lend(acquired.Credential);
        return acquired.Credential is null ? (Decision.Deny(acquired.ReasonCode, acquired.Message), null) : (permit, acquired.FoundGoodAt);
    }

    /// <summary>Gives back what was made ready for this call alone: its containment first, so that nothing in it still holds the credential.</summary>
    private ValueTask ReleaseAsync(CallContext context) =>
        context.Containment is null && context.Credential is null ? ValueTask.CompletedTask : ReleaseHeldAsync(context);

    private async ValueTask ReleaseHeldAsync(CallContext context)
    {
        CallContainment? containment = context.Containment;
        LeasedCredential? credential = context.Credential;
        context.LetGo();
        try
        {
            if (containment is not null)
            {
                await containment.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            if (credential?.Lease.OnlyFor is not null)
            {
                await broker.RevokeLeaseAsync(credential.Lease.Tenant, credential.Lease.Id).ConfigureAwait(false);
            }
        }
    }
}
