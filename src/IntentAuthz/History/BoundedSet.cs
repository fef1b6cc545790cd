namespace IntentAuthz;

/// <summary>Distinct names, up to a bound; beyond it they are only counted as more. What is in stays in. Safe for use by many threads.</summary>
internal sealed class BoundedSet(int capacity)
{
    private const int First = 8;

    private readonly Lock _adding = new(); // protects _names
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string[] _first = []; // of _names: most calls of a task reach what an earlier one has, and see it here without the lock
    private HashSet<string>? _before; // hashes of names from before a restart
    private Func<string, string>? _hash;
    private int _beyond;

    /// <summary>How many distinct names there were; from the bound on, each further one counts, even the same again.</summary>
    internal int Count
    {
        get
        {
            lock (_adding)
            {
                return _names.Count + (_before?.Count ?? 0) + _beyond;
            }
        }
    }

    /// <summary>Whether the name is new.</summary>
    internal bool Add(string name)
    {
        if (IsAmongFirst(name))
        {
            return false;
        }

        lock (_adding)
        {
            if (_names.Contains(name) || IsFromBefore(name))
            {
                return false;
            }

            if (_names.Count + (_before?.Count ?? 0) < capacity)
            {
                _names.Add(name);
                if (_first.Length < First)
                {
                    Volatile.Write(ref _first, [.. _first, name]);
                }
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
        if (IsAmongFirst(name))
        {
            return true;
        }

        lock (_adding)
        {
            return _names.Contains(name) || IsFromBefore(name);
        }
    }

    private bool IsAmongFirst(string name)
    {
        foreach (string known in Volatile.Read(ref _first))
        {
            if (known == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many there were beyond the bound.</summary>
    internal int Beyond
    {
        get
        {
            lock (_adding)
            {
                return _beyond;
            }
        }
    }

    /// <summary>Takes the hash of a name from before a restart: that name is not new then.</summary>
    internal void AddFromBefore(string hashed, Func<string, string> hash)
    {
        lock (_adding)
        {
            _hash = hash;
            (_before ??= new HashSet<string>(StringComparer.Ordinal)).Add(hashed);
        }
    }

    /// <summary>Takes how many there were beyond the bound before a restart.</summary>
    internal void AddBeyond(int count)
    {
        lock (_adding)
        {
            _beyond += count;
        }
    }

    internal string[] Read()
    {
        lock (_adding)
        {
            return [.. _names];
        }
    }

    private bool IsFromBefore(string name) => _before is not null && _before.Contains(_hash!(name));
}
