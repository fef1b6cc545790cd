namespace IntentAuthz;

/// <summary>Distinct names, up to a bound; beyond it they are only counted as more. What is in stays in. Safe for use by many threads.</summary>
internal sealed class BoundedSet(int capacity)
{
    private readonly Lock _adding = new(); // protects _names
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _beyond;

    /// <summary>How many distinct names there were; from the bound on, each further one counts, even the same again.</summary>
    internal int Count
    {
        get
        {
            lock (_adding)
            {
                return _names.Count + _beyond;
            }
        }
    }

    /// <summary>Whether the name is new.</summary>
    internal bool Add(string name)
    {
        lock (_adding)
        {
            if (_names.Contains(name))
            {
                return false;
            }

            if (_names.Count < capacity)
            {
                _names.Add(name);
            }
            else
            {
                _beyond++;
            }

            return true;
        }
    }

    internal bool Contains(string name)
    {
        lock (_adding)
        {
            return _names.Contains(name);
        }
    }

    internal string[] Read()
    {
        lock (_adding)
        {
            return [.. _names];
        }
    }
}
