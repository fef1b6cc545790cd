using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Writes decisions of one block. What repeats within the block — a text, an entity, the record of a task — is written where it first occurs and
/// is a number from then on, so that a block is read in one pass, without any other. One thread at a time.
/// </summary>
internal sealed class DecisionEncoder(int capacity)
{
    private readonly PlainBuffer _buffer = new(capacity);
    private readonly Dictionary<string, ulong> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<EntityUid, ulong> _uids = [];
    private readonly Dictionary<object, ulong> _entities = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, ulong> _records = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, ulong> _obligations = new(ReferenceEqualityComparer.Instance);
    private long _time;

    internal int Length => _buffer.Length;

    internal int Count { get; private set; }

    internal ReadOnlySpan<byte> Written => _buffer.Written;

    internal void Add(RecordedDecision decision)
    {
        Span<byte> call = stackalloc byte[CallId.RandomBytes];
        byte flags = Flags(decision, call);
        _buffer.Byte(flags);
        long time = decision.Time.UtcTicks;
        _buffer.Signed(time - _time);
        _time = time;
        Text(decision.Tenant.Value);
        if ((flags & DecisionTags.CallIsNumber) != 0)
        {
            _buffer.Bytes(call);
        }
        else if (decision.Call is { } id)
        {
            Text(id.Value);
        }

        if (decision.Task is { } task)
        {
            Text(task.Value);
        }

        if (decision.Mandate is { } mandate)
        {
            Text(mandate);
        }

        Uid(decision.Principal);
        Uid(decision.Action);
        Uid(decision.Resource);
        _buffer.Number((ulong)decision.Entities.Length);
        foreach (Entity entity in decision.Entities)
        {
            Entity(entity);
        }

        Uids(decision.AbsentEntities);
        Context(decision);
        Verdict(decision.Verdict);
        Text(decision.PolicyVersion);
        Count++;
    }

    /// <summary>Takes back what was written behind a place. Nothing more may be added then: what it numbered is gone.</summary>
    internal void CutTo(int length, int count)
    {
        _buffer.CutTo(length);
        Count = count;
    }

    internal void Clear()
    {
        _buffer.Clear();
        _texts.Clear();
        _uids.Clear();
        _entities.Clear();
        _records.Clear();
        _obligations.Clear();
        _time = 0;
        Count = 0;
    }

    private static byte Flags(RecordedDecision decision, Span<byte> call)
    {
        int flags = (decision.Call is null ? 0 : DecisionTags.HasCall) | (decision.Task is null ? 0 : DecisionTags.HasTask)
            | (decision.Mandate is null ? 0 : DecisionTags.HasMandate) | (decision.AreEntitiesScrubbed ? DecisionTags.AreEntitiesScrubbed : 0)
            | (decision.ScrubbedParts == ContextParts.None ? 0 : DecisionTags.IsScrubbed);
        if (decision.Call is { } id && id.TryGetBytes(call))
        {
            flags |= DecisionTags.CallIsNumber;
        }

        return (byte)flags;
    }

    private void Context(RecordedDecision decision)
    {
        _buffer.Byte((byte)decision.Parts);
        if (decision.ScrubbedParts != ContextParts.None)
        {
            _buffer.Byte((byte)decision.ScrubbedParts);
        }

        for (int i = 0; i < ContextNames.All.Length; i++)
        {
            if ((decision.Parts & ContextNames.All[i].Part) != 0)
            {
                Record(decision[i]);
            }
        }
    }

    private void Verdict(Verdict verdict)
    {
        _buffer.Byte((byte)verdict.Effect);
        Text(verdict.ReasonCode);
        Texts(verdict.Policies);
        Texts(verdict.Errors);
        Obligations obligations = verdict.Obligations;
        if (obligations.IsNone)
        {
            _buffer.Number(DecisionTags.None);
            return;
        }

        if (!Reference(_obligations, obligations))
        {
            return;
        }

        _buffer.Number((ulong)obligations.Approvals.Length);
        foreach (ApprovalRequirement approval in obligations.Approvals)
        {
            Text(approval.Role);
            _buffer.Number((ulong)approval.Count);
        }

        _buffer.Byte(obligations.Credential is null ? (byte)0 : (byte)1);
        if (obligations.Credential is { } credential)
        {
            Text(credential);
        }

        Texts(obligations.Containments);
        Texts(obligations.Redactions);
        _buffer.Number((ulong)obligations.Rates.Length);
        foreach (RateLimit rate in obligations.Rates)
        {
            _buffer.Number((ulong)rate.Count);
            _buffer.Signed(rate.Window.Ticks);
        }
    }

    private void Entity(Entity entity)
    {
        if (Reference(_entities, entity))
        {
            Uid(entity.Uid);
            Record(entity.Attributes);
            Uids(entity.Parents);
            Record(entity.Tags);
        }
    }

    private void Record(CedarRecord? record)
    {
        if (record is null)
        {
            _buffer.Number(DecisionTags.None);
        }
        else if (Reference(_records, record))
        {
            Members(record);
        }
    }

    private void Members(CedarRecord record)
    {
        _buffer.Number((ulong)record.Count);
        foreach ((string name, CedarValue value) in record)
        {
            Text(name);
            Value(value);
        }
    }

    private void Value(CedarValue value)
    {
        switch (value)
        {
            case CedarBool truth:
                _buffer.Byte(truth.Value ? DecisionTags.True : DecisionTags.False);
                break;
            case CedarLong number:
                _buffer.Byte(DecisionTags.Long);
                _buffer.Signed(number.Value);
                break;
            case CedarString text:
                _buffer.Byte(DecisionTags.Text);
                Text(text.Value);
                break;
            case CedarEntity entity:
                _buffer.Byte(DecisionTags.Entity);
                Uid(entity.Uid);
                break;
            case CedarSet set:
                _buffer.Byte(DecisionTags.Set);
                _buffer.Number((ulong)set.Count);
                foreach (CedarValue item in set)
                {
                    Value(item);
                }

                break;
            case CedarRecord record:
                _buffer.Byte(DecisionTags.Record);
                Members(record);
                break;
            case CedarDecimal number:
                _buffer.Byte(DecisionTags.Decimal);
                _buffer.Signed(number.Value);
                break;
            case CedarDatetime time:
                _buffer.Byte(DecisionTags.Datetime);
                _buffer.Signed(time.UnixMilliseconds);
                break;
            case CedarDuration duration:
                _buffer.Byte(DecisionTags.Duration);
                _buffer.Signed(duration.Milliseconds);
                break;
            case CedarIpAddress address:
                _buffer.Byte(DecisionTags.IpAddress);
                Text(address.ToString()["ip(\"".Length..^"\")".Length]);
                break;
            default:
                throw new InvalidOperationException($"A value of the type {value.GetType().Name} has no encoding; the decision store must learn it.");
        }
    }

    /// <summary>Writes a number for what was written before; else says that it must follow, and numbers it.</summary>
    private bool Reference(Dictionary<object, ulong> known, object value)
    {
        if (known.TryGetValue(value, out ulong number))
        {
            _buffer.Number(number);
            return false;
        }

        known.Add(value, DecisionTags.First + (ulong)known.Count);
        _buffer.Number(DecisionTags.Inline);
        return true;
    }

    private void Uids(IReadOnlyList<EntityUid> uids)
    {
        _buffer.Number((ulong)uids.Count);
        for (int i = 0; i < uids.Count; i++)
        {
            Uid(uids[i]);
        }
    }

    private void Uid(EntityUid uid)
    {
        if (_uids.TryGetValue(uid, out ulong number))
        {
            _buffer.Number(number);
            return;
        }

        _uids.Add(uid, 1 + (ulong)_uids.Count);
        _buffer.Number(0);
        Text(uid.Type);
        Text(uid.Id);
    }

    private void Texts(ImmutableArray<string> texts)
    {
        _buffer.Number((ulong)texts.Length);
        foreach (string text in texts)
        {
            Text(text);
        }
    }

    private void Text(string text)
    {
        if (_texts.TryGetValue(text, out ulong number))
        {
            _buffer.Number(number);
            return;
        }

        _texts.Add(text, 1 + (ulong)_texts.Count);
        _buffer.Number(0);
        _buffer.Text(text);
    }
}
