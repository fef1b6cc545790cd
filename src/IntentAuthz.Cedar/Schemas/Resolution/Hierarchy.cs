namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>Everything above and below each member of a hierarchy, over any number of steps. A member is above itself only in a cycle.</summary>
internal sealed class Hierarchy<T>
    where T : notnull
{
    // Both ends of every pair are kept in a set: at this limit, about 100 MB.
    private const int MaxSteps = 1_000_000;

    private static readonly IReadOnlySet<T> None = new HashSet<T>();

    private readonly Dictionary<T, HashSet<T>> _ancestors;
    private readonly Dictionary<T, HashSet<T>> _descendants;

    private Hierarchy(Dictionary<T, HashSet<T>> ancestors, Dictionary<T, HashSet<T>> descendants)
    {
        _ancestors = ancestors;
        _descendants = descendants;
    }

    /// <summary>Null if the hierarchy is too large: the pairs of it, or the steps that lead to them, would grow with the square of its size.</summary>
    public static Hierarchy<T>? TryCreate(IReadOnlyDictionary<T, T[]> parents, IEqualityComparer<T> comparer)
    {
        var ancestors = new Dictionary<T, HashSet<T>>(comparer);
        var descendants = new Dictionary<T, HashSet<T>>(comparer);
        var pending = new Stack<T>();
        var steps = 0;
        foreach (var (member, direct) in parents)
        {
            if (direct.Length == 0)
            {
                continue;
            }

            var above = new HashSet<T>(comparer);
            ancestors.Add(member, above);
            pending.Push(member);
            while (pending.TryPop(out var next))
            {
                foreach (var parent in parents.GetValueOrDefault(next) ?? [])
                {
                    if (++steps > MaxSteps)
                    {
                        return null;
                    }

                    if (above.Add(parent))
                    {
                        pending.Push(parent);
                    }
                }
            }

            foreach (var ancestor in above)
            {
                if (!descendants.TryGetValue(ancestor, out var below))
                {
                    descendants.Add(ancestor, below = new(comparer));
                }

                below.Add(member);
            }
        }

        return new(ancestors, descendants);
    }

    public IReadOnlySet<T> Above(T member) => _ancestors.TryGetValue(member, out var above) ? above : None;

    public IReadOnlySet<T> Below(T member) => _descendants.TryGetValue(member, out var below) ? below : None;
}
