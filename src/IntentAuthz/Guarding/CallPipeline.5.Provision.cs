namespace IntentAuthz;

/// <summary>Step 5: what the call needs to run: containment, then the credential. A call that is denied for the one never gets the other.</summary>
internal sealed partial class CallPipeline
{
    private static bool NeedsProvision(Standing standing) => !standing.Obligations.Containments.IsEmpty || standing.Obligations.Credential is not null;

    /// <summary>The decision, and the last look at the clocks if nothing that can take its time came after it.</summary>
    private ValueTask<(Decision Decision, Moment? Near)> ProvisionAsync(CallContext context, Standing standing, Decision permit, CancellationToken cancellationToken)
    {
        if (standing.Obligations is { Containments.IsEmpty: true, Credential: { } profile })
        {
            ValueTask<AcquireResult> acquiring = AcquireAsync(context, profile, cancellationToken);
            return acquiring.IsCompletedSuccessfully ? new(Lend(context, permit, acquiring.Result)) : LendAsync(context, permit, acquiring);
        }

        return ContainAsync(context, standing, permit, cancellationToken);
    }

    private async ValueTask<(Decision Decision, Moment? Near)> ContainAsync(CallContext context, Standing standing, Decision permit, CancellationToken cancellationToken)
    {
        ContainmentResult prepared = await containments.PrepareAsync(
            context.Id, context.Task, context.Tool, standing.Obligations.Containments, cancellationToken).ConfigureAwait(false);
        if (!prepared.IsReady)
        {
            return (Decision.Deny(ReasonCodes.ContainmentUnavailable, prepared.Missing), null);
        }

        context.Contain(prepared.Containment);
        return standing.Obligations.Credential is { } profile
            ? await LendAsync(context, permit, AcquireAsync(context, profile, cancellationToken)).ConfigureAwait(false)
            : (permit, null);
    }

    private ValueTask<AcquireResult> AcquireAsync(CallContext context, string profile, CancellationToken cancellationToken) =>
        broker.AcquireAsync(context.Task, profile, context.Id, isApproved: context.Approval is not null, cancellationToken);

    private async ValueTask<(Decision Decision, Moment? Near)> LendAsync(CallContext context, Decision permit, ValueTask<AcquireResult> acquiring) =>
        Lend(context, permit, await acquiring.ConfigureAwait(false));

    private (Decision Decision, Moment? Near) Lend(CallContext context, Decision permit, AcquireResult acquired)
    {
        context.Lend(acquired.Credential);
        if (acquired.Credential is not { } credential)
        {
            return (Decision.Deny(acquired.ReasonCode, acquired.Message), null);
        }

        broker.NoteGiven(context.Tool.Name, credential);
        return (permit, acquired.FoundGoodAt);
    }

    /// <summary>Gives back what was made ready for this call alone: its containment first, so that nothing in it still holds the credential.</summary>
    private ValueTask ReleaseAsync(CallContext context)
    {
        if (context.Containment is null && context.Credential?.Lease.OnlyFor is null)
        {
            context.LetGo();
            return ValueTask.CompletedTask;
        }

        return ReleaseHeldAsync(context);
    }

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
