using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>A request with changes made to it. Immutable; the original is shared.</summary>
internal sealed class ChangedRequest : IEntityProvider
{
    private readonly IEntityProvider _original;
    private readonly Dictionary<EntityUid, Entity> _changed = [];

    private ChangedRequest(CedarRequest request, IEntityProvider original, ImmutableArray<Change> changes)
    {
        _original = original;
        Request = request;
        Changes = changes;
    }

    public CedarRequest Request { get; }

    public ImmutableArray<Change> Changes { get; }

    public int Weight => Changes.Sum(static change => change.Weight);

    public bool Waives(int layer) => Changes.Any(change => change is WaiverChange waiver && waiver.Layer == layer);

    /// <summary>Makes the changes; null where one of them cannot be made, such as a value that would nest too deeply.</summary>
    public static ChangedRequest? TryApply(CedarRequest original, IEntityProvider entities, ImmutableArray<Change> changes)
    {
        var context = (CedarValue?)original.Context;
        foreach (var change in changes)
        {
            if (change is AttributeChange { Owner: null } attribute)
            {
                context = Set(context, attribute.Path.AsSpan(), attribute.Value);
            }
        }

        if (context is not CedarRecord record)
        {
            return null;
        }

        var changed = new ChangedRequest(new(original.Principal.Uid, original.Action.Uid, original.Resource.Uid, record), entities, changes);
        foreach (var change in changes)
        {
            if (!changed.TryChangeEntity(change))
            {
                return null;
            }
        }

        return changed;
    }

    public Entity? Find(EntityUid uid) => _changed.TryGetValue(uid, out var entity) ? entity : _original.Find(uid);

    private bool TryChangeEntity(Change change)
    {
        switch (change)
        {
            case AttributeChange { Owner: { } owner } attribute:
                var entity = Find(owner) ?? new Entity(owner);
                if (Set(entity.Attributes, attribute.Path.AsSpan(), attribute.Value) is not CedarRecord attributes)
                {
                    return false;
                }

                _changed[owner] = new(owner, attributes, entity.Parents, entity.Tags);
                return true;
            case ParentChange { IsAdded: true } added:
                var child = Find(added.Child) ?? new Entity(added.Child);
                _changed[added.Child] = new(added.Child, child.Attributes, child.Parents.Append(added.Parent), child.Tags);
                return true;
            case ParentChange removed:
                if (Find(removed.Child) is not { } member)
                {
                    return false;
                }

                var kept = member.Parents.Where(parent => removed.Kept.Contains(parent) || (parent != removed.Parent && !Ancestry.IsBelow(_original, parent, removed.Parent)));
                _changed[removed.Child] = new(removed.Child, member.Attributes, kept, member.Tags);
                return true;
            default:
                return true;
        }
    }

    private static CedarRecord? Set(CedarValue? target, ReadOnlySpan<string> path, CedarValue? value)
    {
        if (target is not (null or CedarRecord))
        {
            return null;
        }

        var record = target as CedarRecord ?? CedarRecord.Empty;
        if (path.Length > 1)
        {
            value = Set(record.TryGetValue(path[0], out var inner) ? inner : null, path[1..], value);
            if (value is null)
            {
                return null;
            }
        }

        var names = new List<string>(record.Count + 1);
        var values = new List<CedarValue>(record.Count + 1);
        foreach (var (name, item) in record)
        {
            if (name != path[0])
            {
                names.Add(name);
                values.Add(item);
            }
        }

        if (value is not null)
        {
            names.Add(path[0]);
            values.Add(value);
        }

        return CedarRecord.TryCreate([.. names], [.. values], out _);
    }
}
