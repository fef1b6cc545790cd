using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What an audit record says of its call, apart from the record, since a call has two: that of its outcome says again which call it was, and nothing
/// of how it was decided. One object for both takes 128 bytes a call less than two records that hold everything. It holds text and values alone: records
/// are kept for long, and must keep no task, call or credential.
/// Whoever makes it fills it in; once a record that others can see holds it, it does not change any more, save that the audit adds the digest, once:
/// its writer, or the caller before the writer has the record. Whoever reads meanwhile finds none or the whole.
/// </summary>
internal sealed class AuditFacts
{
    private ArgumentsDigest _digest;
    private bool _hasDigest; // written after the digest, and read before it
    private int _raised; // the signals, as the task has them

    internal static AuditFacts None { get; } = new();

    internal AuditedTask Task { get; set; } = AuditedTask.None;

    internal AuditedTool Tool { get; set; } = AuditedTool.None;

    internal CallId Call { get; set; }

    internal string? FrameworkCallId { get; set; }

    internal ImmutableArray<string> Resources { get; set; } = [];

    internal LeaseId Lease { get; set; }

    // From here on what only a decision says.
    internal ImmutableArray<string> Policies { get; set; } = [];

    internal string? PolicyVersion { get; set; }

    internal AuditRecordExtras Extras { get; set; } = AuditRecordExtras.None;

    internal ImmutableArray<string> Signals
    {
        get => _raised == 0 ? Extras.Signals : SignalNames.Of(_raised);
        set => (_raised, Extras) = (0, Extras with { Signals = value });
    }

    internal ArgumentsDigest? Digest => Volatile.Read(ref _hasDigest) ? _digest : null;

    /// <summary>Says which signals had been raised by their bits, which takes no room.</summary>
    internal void Raised(int signals) => _raised = signals;

    /// <summary>Adds the digest, by one thread at a time. False when there is one, which others may be reading.</summary>
    internal bool TryAdd(ArgumentsDigest digest)
    {
        if (_hasDigest)
        {
            return false;
        }

        _digest = digest;
        Volatile.Write(ref _hasDigest, true);
        return true;
    }

    /// <summary>A copy, with the digest that is there at this moment.</summary>
    internal AuditFacts Copy() => Copy(Digest);

    /// <summary>A copy with another digest, or none.</summary>
    internal AuditFacts Copy(ArgumentsDigest? digest)
    {
        AuditFacts copy = (AuditFacts)MemberwiseClone();
        (copy._digest, copy._hasDigest) = (digest.GetValueOrDefault(), digest is not null); // what was cloned may be half of one
        return copy;
    }

    /// <summary>A copy of what both records of a call say.</summary>
    internal AuditFacts CopyOfCall() => new()
    {
        Task = Task,
        Tool = Tool,
        Call = Call,
        FrameworkCallId = FrameworkCallId,
        Resources = Resources,
        Lease = Lease,
    };
}
