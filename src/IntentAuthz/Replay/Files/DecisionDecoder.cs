using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Reads the decisions of one block after another. What the encoder numbered is made once and shared, so a decision costs little more than its
/// own values. One thread at a time.
/// </summary>
internal sealed class DecisionDecoder
{
    /// <summary>
    /// How many members are made room for before they are read. Values nest: were room made for every count that the rest of a block could hold,
    /// each level would take that much again.
    /// </summary>
    private const int FirstRoom = 32;

    private readonly List<string> _texts = [];
    private readonly List<CedarString?> _strings = []; // the same texts as values, where one was asked for
    private readonly List<EntityUid> _uids = [];
    private readonly List<CedarEntity?> _references = []; // likewise
    private readonly List<Entity> _entities = [];
    private readonly List<CedarRecord> _records = [];
    private readonly List<Obligations> _obligations = [];
    private long _time;

    /// <summary>Forgets the block before.</summary>
    internal void Clear()
    {
        _texts.Clear();
        _strings.Clear();
        _uids.Clear();
        _references.Clear();
        _entities.Clear();
        _records.Clear();
        _obligations.Clear();
        _time = 0;
    }

    /// <summary>Reads the next decision.</summary>
    /// <exception cref="DecisionFormatException">The bytes are none.</exception>
    internal RecordedDecision Read(ref PlainReader reader)
    {
        int start = reader.Position;
        try
        {
            return ReadDecision(ref reader);
        }
        catch (ArgumentException e)
        {
            // A value that its type refuses: an id with control characters, an entity type that is no path.
            throw new DecisionFormatException(start, $"a decision holds an impossible value ({e.GetType().Name})");
        }
    }

    private RecordedDecision ReadDecision(ref PlainReader reader)
    {
        byte flags = reader.Byte();
        if (flags > DecisionTags.AllFlags || (flags & (DecisionTags.HasCall | DecisionTags.CallIsNumber)) == DecisionTags.CallIsNumber)
        {
            throw reader.Fault($"a decision begins with {flags}");
        }

        _time = unchecked(_time + reader.Signed());
        if (_time < 0 || _time > DateTime.MaxValue.Ticks)
        {
            throw reader.Fault("a time is out of range");
        }

        TenantId tenant = new(Text(ref reader));
        CallId? call = (flags & DecisionTags.CallIsNumber) != 0
            ? CallId.Of(reader.Bytes(CallId.RandomBytes))
            : (flags & DecisionTags.HasCall) != 0 ? new CallId(Text(ref reader))
            : null;
        TaskId? task = (flags & DecisionTags.HasTask) != 0 ? new TaskId(Text(ref reader)) : null;
        string? mandate = (flags & DecisionTags.HasMandate) != 0 ? Text(ref reader) : null;
        EntityUid principal = Uid(ref reader);
        EntityUid action = Uid(ref reader);
        EntityUid resource = Uid(ref reader);
        Entity[] entities = new Entity[reader.Count(1)];
        for (int i = 0; i < entities.Length; i++)
        {
            entities[i] = Entity(ref reader);
        }

        ImmutableArray<EntityUid> absent = Uids(ref reader);
        ContextParts parts = (ContextParts)reader.Byte();
        ContextParts scrubbed = (flags & DecisionTags.IsScrubbed) != 0 ? (ContextParts)reader.Byte() : ContextParts.None;
        CedarRecord?[] values = new CedarRecord?[ContextNames.All.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if ((parts & ContextNames.All[i].Part) != 0)
            {
                values[i] = Record(ref reader, depth: 2); // within the context, which is a record itself
            }
        }

        Verdict verdict = Verdict(ref reader);
        return new RecordedDecision(parts, System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values))
        {
            Time = new DateTimeOffset(_time, TimeSpan.Zero),
            Tenant = tenant,
            Call = call,
            Task = task,
            Mandate = mandate,
            Principal = principal,
            Action = action,
            Resource = resource,
            Entities = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(entities),
            AbsentEntities = absent,
            ScrubbedParts = scrubbed,
            AreEntitiesScrubbed = (flags & DecisionTags.AreEntitiesScrubbed) != 0,
            Verdict = verdict,
            PolicyVersion = Text(ref reader),
        };
    }

    private Verdict Verdict(ref PlainReader reader)
    {
        byte effect = reader.Byte();
        if (effect > (byte)VerdictEffect.Permit)
        {
            throw reader.Fault($"a verdict is {effect}");
        }

        return new Verdict((VerdictEffect)effect, Text(ref reader), Texts(ref reader), Texts(ref reader), ObligationsOf(ref reader));
    }

    private Obligations ObligationsOf(ref PlainReader reader)
    {
        ulong number = reader.Number();
        if (number == DecisionTags.None)
        {
            return Obligations.None;
        }

        if (number != DecisionTags.Inline)
        {
            return Known(_obligations, number, ref reader);
        }

        ApprovalRequirement[] approvals = new ApprovalRequirement[reader.Count(2)];
        for (int i = 0; i < approvals.Length; i++)
        {
            approvals[i] = new ApprovalRequirement(Text(ref reader), Int(ref reader));
        }

        string? credential = reader.Byte() == 0 ? null : Text(ref reader);
        ImmutableArray<string> containments = Texts(ref reader);
        ImmutableArray<string> redactions = Texts(ref reader);
        RateLimit[] rates = new RateLimit[reader.Count(2)];
        for (int i = 0; i < rates.Length; i++)
        {
            rates[i] = new RateLimit(Int(ref reader), TimeSpan.FromTicks(reader.Signed()));
        }

        Obligations obligations = new()
        {
            Approvals = [.. approvals], Credential = credential, Containments = containments, Redactions = redactions, Rates = [.. rates],
        };
        _obligations.Add(obligations);
        return obligations;
    }

    private Entity Entity(ref PlainReader reader)
    {
        ulong number = reader.Number();
        if (number != DecisionTags.Inline)
        {
            return Known(_entities, number, ref reader);
        }

        EntityUid uid = Uid(ref reader);
        CedarRecord? attributes = Record(ref reader, depth: 1);
        ImmutableArray<EntityUid> parents = Uids(ref reader);
        Entity entity = new(uid, attributes, parents.IsEmpty ? null : parents, Record(ref reader, depth: 1));
        _entities.Add(entity);
        return entity;
    }

    private CedarRecord? Record(ref PlainReader reader, int depth)
    {
        ulong number = reader.Number();
        if (number == DecisionTags.None)
        {
            return null;
        }

        if (number != DecisionTags.Inline)
        {
            return Known(_records, number, ref reader);
        }

        CedarRecord record = Members(ref reader, depth);
        _records.Add(record);
        return record;
    }

    private CedarRecord Members(ref PlainReader reader, int depth)
    {
        int count = reader.Count(2);
        if (count == 0)
        {
            return CedarRecord.Empty;
        }

        CedarRecord.Builder record = new(Math.Min(count, FirstRoom));
        for (int i = 0; i < count; i++)
        {
            record.Add(Text(ref reader), Value(ref reader, depth));
        }

        return record.Build();
    }

    private CedarValue Value(ref PlainReader reader, int depth)
    {
        byte tag = reader.Byte();
        switch (tag)
        {
            case DecisionTags.False:
                return CedarBool.False;
            case DecisionTags.True:
                return CedarBool.True;
            case DecisionTags.Long:
                return new CedarLong(reader.Signed());
            case DecisionTags.Text:
                return String(ref reader);
            case DecisionTags.Entity:
                return Reference(ref reader);
            case DecisionTags.Set:
                return Set(ref reader, Deeper(depth, ref reader));
            case DecisionTags.Record:
                return Members(ref reader, Deeper(depth, ref reader));
            case DecisionTags.Decimal:
                return CedarDecimal.FromScaled(reader.Signed());
            case DecisionTags.Datetime:
                return new CedarDatetime(reader.Signed());
            case DecisionTags.Duration:
                return new CedarDuration(reader.Signed());
            case DecisionTags.IpAddress:
                return CedarIpAddress.TryParse(Text(ref reader), out CedarIpAddress? address) ? address : throw reader.Fault("an address is none");
            default:
                throw reader.Fault($"a value is of the unknown kind {tag}");
        }
    }

    private static int Deeper(int depth, ref PlainReader reader) =>
        depth < CedarLimits.MaxValueDepth ? depth + 1 : throw reader.Fault($"values nest deeper than {CedarLimits.MaxValueDepth}");

    private CedarSet Set(ref PlainReader reader, int depth)
    {
        int count = reader.Count(1);
        List<CedarValue> items = new(Math.Min(count, FirstRoom));
        for (int i = 0; i < count; i++)
        {
            items.Add(Value(ref reader, depth));
        }

        return CedarSet.Create(items);
    }

    private CedarString String(ref PlainReader reader)
    {
        int place = TextPlace(ref reader);
        return _strings[place] ??= new CedarString(_texts[place]);
    }

    private CedarEntity Reference(ref PlainReader reader)
    {
        int place = UidPlace(ref reader);
        return _references[place] ??= new CedarEntity(_uids[place]);
    }

    private ImmutableArray<EntityUid> Uids(ref PlainReader reader)
    {
        int count = reader.Count(1);
        if (count == 0)
        {
            return [];
        }

        EntityUid[] uids = new EntityUid[count];
        for (int i = 0; i < uids.Length; i++)
        {
            uids[i] = Uid(ref reader);
        }

        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(uids);
    }

    private EntityUid Uid(ref PlainReader reader) => _uids[UidPlace(ref reader)];

    private int UidPlace(ref PlainReader reader)
    {
        ulong number = reader.Number();
        if (number == 0)
        {
            string type = Text(ref reader);
            _uids.Add(new EntityUid(type, Text(ref reader)));
            _references.Add(null);
            return _uids.Count - 1;
        }

        return number <= (ulong)_uids.Count ? (int)(number - 1) : throw reader.Fault($"entity {number} is named before it is given");
    }

    private ImmutableArray<string> Texts(ref PlainReader reader)
    {
        int count = reader.Count(1);
        if (count == 0)
        {
            return [];
        }

        string[] texts = new string[count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Text(ref reader);
        }

        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }

    private string Text(ref PlainReader reader) => _texts[TextPlace(ref reader)];

    private int TextPlace(ref PlainReader reader)
    {
        ulong number = reader.Number();
        if (number == 0)
        {
            _texts.Add(reader.Text());
            _strings.Add(null);
            return _texts.Count - 1;
        }

        return number <= (ulong)_texts.Count ? (int)(number - 1) : throw reader.Fault($"text {number} is named before it is given");
    }

    private static int Int(ref PlainReader reader)
    {
        ulong value = reader.Number();
        return value <= int.MaxValue ? (int)value : throw reader.Fault($"{value} is too large a count");
    }

    private static T Known<T>(List<T> known, ulong number, ref PlainReader reader) =>
        number >= DecisionTags.First && number - DecisionTags.First < (ulong)known.Count
            ? known[(int)(number - DecisionTags.First)]
            : throw reader.Fault($"{number} is named before it is given");
}
