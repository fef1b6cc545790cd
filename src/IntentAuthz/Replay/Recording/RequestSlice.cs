using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The entities that a request can lead a policy to: principal, action, resource and all they lie in, what was asked for by name, then what
/// attributes and the context name, and what those name, with all that lies above. Further than that, and beyond <see cref="MaxEntities"/>, a replay says that an entity was
/// not recorded. One request, one thread.
/// </summary>
internal sealed class RequestSlice
{
    /// <summary>The most entities that are kept with one decision, those included that do not exist.</summary>
    internal const int MaxEntities = 256;

    /// <summary>How many references in a row are followed: the owner of a resource, and that owner's manager.</summary>
    private const int MaxSteps = 2;

    private const int ScanLimit = 24; // so few are compared faster than hashed

    private readonly List<(EntityUid Uid, int Steps)> _found = new(8); // the queue too: what stands behind the place asked for has not been asked for
    private HashSet<EntityUid>? _seen;
    private int _steps;

    internal int Characters { get; private set; }

    internal static (ImmutableArray<Entity> Entities, ImmutableArray<EntityUid> Absent, int Characters) Of(PolicyRequest request)
    {
        RequestSlice slice = new();
        slice.Add(request.Principal);
        slice.Add(request.Action);
        slice.Add(request.Resource);
        if (request.Asked is { } asked)
        {
            slice._steps = MaxSteps; // with what they lie in, not with what they name
            for (int i = 0; i < asked.Asked.Count; i++)
            {
                slice.Add(asked.Asked[i].Uid);
            }
        }

        slice._steps = 1;
        foreach (CedarRecord? part in request.GetBuiltParts())
        {
            slice.Follow(part);
        }

        ImmutableArray<Entity>.Builder entities = ImmutableArray.CreateBuilder<Entity>(8);
        ImmutableArray<EntityUid>.Builder? absent = null;
        for (int next = 0; next < slice._found.Count; next++)
        {
            (EntityUid uid, int steps) = slice._found[next];
            if (request.Entities.Find(uid) is not { } entity)
            {
                (absent ??= ImmutableArray.CreateBuilder<EntityUid>(4)).Add(uid);
                continue;
            }

            // An evaluation goes by the name that it asked for, whatever the host calls what it returns.
            entities.Add(entity.Uid == uid ? entity : new Entity(uid, entity.Attributes, entity.Parents, entity.Tags));
            slice._steps = steps;
            foreach (EntityUid parent in entity.Parents)
            {
                slice.Add(parent);
            }

            slice._steps = steps + 1;
            slice.Follow(entity.Attributes);
            slice.Follow(entity.Tags);
        }

        return (entities.DrainToImmutable(), absent?.DrainToImmutable() ?? [], slice.Characters);
    }

    private void Follow(CedarValue? value)
    {
        switch (value)
        {
            case CedarEntity reference:
                Add(reference.Uid);
                break;
            case CedarString text:
                Characters += text.Value.Length;
                break;
            case CedarRecord { Count: > 0 } record:
                foreach ((string name, CedarValue member) in record)
                {
                    Characters += name.Length;
                    Follow(member); // values are of bounded depth
                }

                break;
            case CedarSet { Count: > 0 } set:
                foreach (CedarValue item in set)
                {
                    Follow(item);
                }

                break;
            default:
                break;
        }
    }

    private void Add(EntityUid uid)
    {
        if (_steps > MaxSteps || _found.Count >= MaxEntities)
        {
            return;
        }

        if (_found.Count < ScanLimit)
        {
            foreach ((EntityUid known, _) in _found)
            {
                if (known == uid)
                {
                    return;
                }
            }
        }
        else
        {
            _seen ??= [.. _found.Select(static f => f.Uid)];
            if (!_seen.Add(uid))
            {
                return;
            }
        }

        _found.Add((uid, _steps));
        Characters += uid.Id.Length;
    }
}
