using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Step 4: does a person have to say yes first? The answer is bound to the call's digest; the same call made again resumes under it.</summary>
internal sealed partial class CallPipeline
{
    private Decision CheckApproval(CallContext context, Standing standing)
    {
        if (standing.Mode == EnforcementMode.Observe)
        {
            if (RunsObserved(context, standing))
            {
                return RunObserved(standing, standing.Observed ?? WouldAsk(standing), context.Approval?.Id);
            }

            standing = WithObservedApprovals(standing);
        }

        bool isRepeat = !context.Tool.IsIdempotent && context.Task.History.IsUnresolved(context.Digest);
        if (standing.Obligations.Approvals.IsEmpty && !isRepeat && (context.Approval is not { } seen || standing.Obligations.IsCoveredBy(seen.Obligations)))
        {
            // An approval that policy saw is used up even where no permit asks for one: seeing it may be what made the permit apply.
            // Where more is asked for now than was shown, it is voided below and the call asks anew.
            return Permit(standing, context.Approval?.Id);
        }

        if (!context.IsApprovable)
        {
            return Decision.Deny(
                ReasonCodes.NotApprovable,
                "The call needs an approval, but a host-only argument has no id that would say what is approved; give its HostValue an Id.");
        }

        standing = isRepeat ? standing with { AskedBy = standing.AskedBy | ApprovalAskers.Repeat } : standing;
        standing.Request?.BuildMentioned(); // before the history says that an approval was asked for
        ApprovalSubject subject = SubjectOf(context);
        if (approvals.Ask(context.Task, subject, standing.Obligations) is not { } request)
        {
            return context.Task.WhyNotActive() is { } reason
                ? Decision.Deny(reason, "The task stopped running before the approval could be asked for.")
                : Decision.Deny(ReasonCodes.ApprovalQuota, "Too many approvals of this task or tenant wait already; answer those first.");
        }

        switch (approvals.Current(request))
        {
            case ApprovalState.Approved:
                context.Approval = request;
                return Permit(standing, request.Id);
            case ApprovalState.Refused:
                return Refused(context, request.Id);
            default:
                return new Decision(
                    DecisionOutcome.RequireApproval,
                    isRepeat && standing.Obligations.Approvals.IsEmpty ? ReasonCodes.RepeatOfUnknownOutcome : ReasonCodes.ApprovalRequired,
                    $"Waits for the approval of {InWords(request.Needed)}; make the same call again once it is given.",
                    standing.Policies,
                    standing.Errors,
                    request.Id)
                {
                    Request = standing.Request,
                    AskedBy = standing.Observed is null ? standing.AskedBy : ApprovalAskers.None, // else it would look as if the policies had permitted
                };
        }
    }

    private static Decision Permit(Standing standing, ApprovalId? approval) => standing.Observed is { } wouldBe
        ? RunObserved(standing, wouldBe, approval)
        : new(DecisionOutcome.Permit, ReasonCodes.Permitted, "Policies and mandates permit the call and its obligations are met.", standing.Policies, standing.Errors, approval)
        {
            Request = standing.Request,
            AskedBy = approval is null ? ApprovalAskers.None : standing.AskedBy,
        };

    private static Decision Refused(CallContext context, ApprovalId? id) =>
        new(DecisionOutcome.Deny, ReasonCodes.ApprovalRefused, $"An approver refused this call; it cannot be asked again in task {context.Task.Id}.", approval: id);

    private static ApprovalSubject SubjectOf(CallContext context)
    {
        string resources = string.Join(", ", context.Resources.Select(static r => r.Uid.ToString()));
        ImmutableSortedDictionary<string, ArgumentProvenance> provenance = context.Provenance.Arguments.ToImmutableSortedDictionary(StringComparer.Ordinal);
        string arguments = string.Join(", ", context.Arguments.EnumerateObject().Select(a => $"{a.Name} = {a.Value.GetRawText()} ({provenance[a.Name]})"));
        return new ApprovalSubject(
            context.Digest,
            context.Tool,
            [.. context.Resources.Select(static r => r.Uid)],
            context.Arguments,
            provenance,
            $"{context.Task.Agent.Id} wants {context.Tool.Name} on {resources} with {arguments}, for the task \"{context.Task.Purpose}\".");
    }

    private static string InWords(ImmutableArray<ApprovalRequirement> needed) =>
        string.Join(" and ", needed.Select(static n => n.Role.Length == 0 ? "a person whom policy lets approve" : n.Count == 1 ? n.Role : $"{n.Count} people of {n.Role}"));
}
