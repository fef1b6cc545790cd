using System.Collections.Immutable;
using System.Globalization;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Takes known secrets out of values. What holds none stays the very same object. One request, one thread.</summary>
internal sealed class ValueScrubber(SecretScrubber secrets)
{
    /// <summary>Whether a secret was found since this was last set to false.</summary>
    internal bool HasFound { get; set; }

    internal string Scrub(string text)
    {
        string clean = secrets.Scrub(text, out bool found);
        HasFound |= found;
        return clean;
    }

    internal EntityUid Scrub(EntityUid uid)
    {
        string clean = Scrub(uid.Id);
        return ReferenceEquals(clean, uid.Id) ? uid : new EntityUid(uid.Type, clean);
    }

    internal Entity Scrub(Entity entity)
    {
        bool before = HasFound;
        HasFound = false;
        EntityUid uid = Scrub(entity.Uid);
        CedarRecord attributes = Scrub(entity.Attributes);
        CedarRecord tags = Scrub(entity.Tags);
        EntityUid[] parents = [.. entity.Parents.Select(Scrub)];
        bool found = HasFound;
        HasFound |= before;
        return found ? new Entity(uid, attributes, parents, tags) : entity;
    }

    internal CedarRecord Scrub(CedarRecord record)
    {
        if (record.Count == 0)
        {
            return record;
        }

        List<KeyValuePair<string, CedarValue>>? clean = null;
        int i = 0;
        foreach ((string name, CedarValue value) in record)
        {
            bool before = HasFound;
            HasFound = false;
            string cleanName = Scrub(name);
            if (HasFound)
            {
                cleanName = string.Create(CultureInfo.InvariantCulture, $"{SecretScrubber.Replacement} {i}"); // names stay different
            }

            HasFound |= before;
            CedarValue cleanValue = Scrub(value);
            if (clean is not null || !ReferenceEquals(cleanValue, value) || !ReferenceEquals(cleanName, name))
            {
                clean ??= [.. record.Take(i)];
                clean.Add(new(cleanName, cleanValue));
            }

            i++;
        }

        return clean is null ? record : CedarRecord.Create(clean);
    }

    internal ImmutableArray<string> Scrub(ImmutableArray<string> texts) => texts.IsEmpty ? texts : [.. texts.Select(Scrub)];

    private CedarValue Scrub(CedarValue value)
    {
        switch (value)
        {
            case CedarString text:
                string clean = Scrub(text.Value);
                return ReferenceEquals(clean, text.Value) ? value : new CedarString(clean);
            case CedarEntity entity:
                EntityUid uid = Scrub(entity.Uid);
                return uid == entity.Uid ? value : new CedarEntity(uid);
            case CedarRecord record:
                return Scrub(record);
            case CedarSet set:
                CedarValue[] items = [.. set.Select(Scrub)];
                return items.SequenceEqual(set, ReferenceEqualityComparer.Instance) ? value : CedarSet.Create(items);
            case CedarBool or CedarLong { Value: > -1_000_000 and < 10_000_000 }: // shorter than any secret
                return value;
            default:
                // A number, an address or a time: a secret of digits is one as text. Part of it cannot be taken out.
                string form = value.ToString();
                return ReferenceEquals(Scrub(form), form) ? value : new CedarString(SecretScrubber.Replacement);
        }
    }
}
