using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// A request that people approve one call, bound to the call's digest, with what they are shown of it. It covers that call once, not what
/// its result leads to. Safe for use by many threads.
/// </summary>
public sealed class ApprovalRequest
{
    private readonly Lock _voting = new(); // protects _state, _votes and RefusedBy
    private readonly List<Principal> _votes = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ApprovalState _state;

    internal ApprovalRequest(AgentTask task, ApprovalSubject subject, Obligations obligations, DateTimeOffset createdAt, DateTimeOffset expiresAt)
    {
        Id = ApprovalId.New();
        AgentTask = task;
        Subject = subject;
        Obligations = obligations;
        CreatedAt = createdAt;
        ExpiresAt = expiresAt;
        Needed = obligations.Approvals.IsEmpty ? [new ApprovalRequirement("", 1)] : obligations.Approvals;
        IsShown = true;
        Answering = task.OwnJournal is null ? null : new SemaphoreSlim(1);
        Keep();
    }

    /// <summary>Comes back as it was kept. What it asks is shown again once the call is made again: its arguments are not kept.</summary>
    internal ApprovalRequest(AgentTask task, KeptApproval kept, ApprovalSubject subject, bool isShown)
    {
        Id = kept.Id;
        AgentTask = task;
        Subject = subject;
        Obligations = kept.Obligations;
        CreatedAt = kept.CreatedAt;
        ExpiresAt = kept.ExpiresAt;
        Needed = kept.Obligations.Approvals.IsEmpty ? [new ApprovalRequirement("", 1)] : kept.Obligations.Approvals;
        IsShown = isShown;
        Answering = new SemaphoreSlim(1);
        _state = kept.State;
        _votes.AddRange(kept.Votes);
        RefusedBy = kept.RefusedBy;
        if (_state != ApprovalState.Pending)
        {
            _settled.TrySetResult();
        }
    }

    /// <summary>The request's id.</summary>
    public ApprovalId Id { get; }

    /// <summary>The task the call belongs to.</summary>
    public TaskId Task => AgentTask.Id;

    /// <summary>The tenant.</summary>
    public TenantId Tenant => AgentTask.Tenant;

    /// <summary>The agent that wants to make the call.</summary>
    public AgentId Agent => AgentTask.Agent.Id;

    /// <summary>What the task is for.</summary>
    public string Purpose => AgentTask.Purpose;

    /// <summary>The tool; for the opening of a task, null.</summary>
    public string? Tool => Subject.Tool?.Name;

    /// <summary>The resources the call touches.</summary>
    public ImmutableArray<EntityUid> Resources => Subject.Resources;

    /// <summary>The arguments, exactly as the tool will receive them; null for the opening of a task, and after a restart until the call is made again.</summary>
    public JsonElement? Arguments => Subject.Arguments;

    /// <summary>One sentence for the people who are asked, with where each argument's value came from.</summary>
    public string Description => Subject.Description;

    /// <summary>Who is needed.</summary>
    public ImmutableArray<ApprovalRequirement> Needed { get; }

    /// <summary>When it was made, in wall-clock time.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Until when it can be approved and used, in wall-clock time.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Where it is.</summary>
    public ApprovalState State
    {
        get
        {
            lock (_voting)
            {
                return _state;
            }
        }
    }

    /// <summary>Who has approved so far.</summary>
    public ImmutableArray<Principal> ApprovedBy
    {
        get
        {
            lock (_voting)
            {
                return [.. _votes];
            }
        }
    }

    /// <summary>Who refused, or null.</summary>
    public Principal? RefusedBy { get; private set; }

    internal AgentTask AgentTask { get; }

    internal ApprovalSubject Subject { get; private set; }

    /// <summary>Whether people can see what they are asked. After a restart they cannot until the same call is made again, and nobody can say yes.</summary>
    internal bool IsShown { get; private set; }

    /// <summary>One approver at a time, where answers are written down before they count; else null.</summary>
    internal SemaphoreSlim? Answering { get; }

    internal Obligations Obligations { get; }

    /// <summary>Completes when the request is no longer pending.</summary>
    internal Task Settled => _settled.Task;

    internal bool IsOpen => State is ApprovalState.Pending or ApprovalState.Approved;

    /// <summary>Adds an approver. False when the request is not pending, or the person has approved already or holds no role that is still needed.</summary>
    internal bool TryApprove(Principal approver)
    {
        lock (_voting)
        {
            if (_state != ApprovalState.Pending || _votes.Contains(approver) || !Quorum.Helps(Needed, _votes, approver))
            {
                return false;
            }

            _votes.Add(approver);
            if (Quorum.IsMet(Needed, _votes))
            {
                Settle(ApprovalState.Approved);
            }

            Keep();
            return true;
        }
    }

    /// <summary>Notes what the request will be once this approver is counted. False when the answer would not count.</summary>
    internal bool TryNoteApproval(Principal approver, TaskJournal journal)
    {
        lock (_voting)
        {
            if (_state != ApprovalState.Pending || _votes.Contains(approver) || !Quorum.Helps(Needed, _votes, approver))
            {
                return false;
            }

            List<Principal> votes = [.. _votes, approver];
            journal.Note(Key, KeptApproval.Write(this, Quorum.IsMet(Needed, votes) ? ApprovalState.Approved : ApprovalState.Pending, votes));
            return true;
        }
    }

    /// <summary>Notes the request as it is, where an answer that was noted does not count after all.</summary>
    internal void KeepAsItIs()
    {
        lock (_voting)
        {
            Keep();
        }
    }

    /// <summary>Shows what is asked, found anew: the same call, by its digest, of which nothing worse is known than was shown.</summary>
    internal void Show(ApprovalSubject subject)
    {
        lock (_voting)
        {
            if (!IsShown)
            {
                Subject = subject with { Provenance = Subject.Provenance };
                IsShown = true;
            }
        }
    }

    /// <summary>Gives the approval back: its call was not made. What ended it meanwhile is found when it is next looked at.</summary>
    internal void GiveBack()
    {
        lock (_voting)
        {
            if (_state == ApprovalState.Consumed)
            {
                _state = ApprovalState.Approved;
                Keep();
            }
        }
    }

    internal bool TryRefuse(Principal by)
    {
        lock (_voting)
        {
            if (_state is not (ApprovalState.Pending or ApprovalState.Approved))
            {
                return false;
            }

            RefusedBy = by;
            Settle(ApprovalState.Refused);
            return true;
        }
    }

    /// <summary>Uses the approval up: of any number of callers exactly one gets it.</summary>
    internal bool TryConsume()
    {
        lock (_voting)
        {
            if (_state != ApprovalState.Approved)
            {
                return false;
            }

            _state = ApprovalState.Consumed;
            Keep();
            return true;
        }
    }

    internal bool TryEnd(ApprovalState state)
    {
        lock (_voting)
        {
            if (_state is not (ApprovalState.Pending or ApprovalState.Approved))
            {
                return false;
            }

            Settle(state);
            return true;
        }
    }

    private void Settle(ApprovalState state)
    {
        _state = state;
        _settled.TrySetResult();
        Keep();
    }

    private string Key => $"{TaskNotes.Approval}/{Id}";

    /// <summary>Under the lock, so that what is noted last is what holds. One that is over is kept no longer.</summary>
    private void Keep() =>
        AgentTask.OwnJournal?.Note(Key, _state <= ApprovalState.Refused ? KeptApproval.Write(this, _state, _votes) : null);
}
