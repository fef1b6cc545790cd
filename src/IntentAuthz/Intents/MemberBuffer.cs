using System.Runtime.CompilerServices;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The members of a record while they are gathered: a few where it stands, more in a builder, so that an ordinary call allocates nothing for it.</summary>
internal struct MemberBuffer
{
    private const int Few = 8;

    private CedarRecord.Builder? _many;
    private Members _few;
    private int _count;

    internal void Add(string name, CedarValue value)
    {
        if (_many is null && _count < Few)
        {
            _few[_count++] = new(name, value);
            return;
        }

        if (_many is null)
        {
            _many = new CedarRecord.Builder(2 * Few);
            for (int i = 0; i < Few; i++)
            {
                _many.Add(_few[i].Key, _few[i].Value);
            }
        }

        _many.Add(name, value);
    }

    /// <summary>Whether a member of that name was added.</summary>
    internal readonly bool Has(string name)
    {
        if (_many is not null)
        {
            return IsIn(_many, name);
        }

        for (int i = 0; i < _count; i++)
        {
            if (_few[i].Key == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The record, sharing the names of a template, when it has the same ones; null otherwise.</summary>
    internal readonly CedarRecord? TryBuildLike(RecordTemplate template)
    {
        if (_many is not null || template.Names.Length != _count)
        {
            return null;
        }

        Values values = default;
        int place = 0;
        foreach (string name in template.Names)
        {
            int from = 0;
            while (from < _count && !ReferenceEquals(_few[from].Key, name))
            {
                from++;
            }

            if (from == _count)
            {
                return null;
            }

            values[place++] = _few[from].Value;
        }

        return template.With(((ReadOnlySpan<CedarValue>)values)[..place]);
    }

    private static bool IsIn(CedarRecord.Builder members, string name)
    {
        foreach ((string known, _) in members)
        {
            if (known == name)
            {
                return true;
            }
        }

        return false;
    }

    internal readonly CedarRecord Build()
    {
        if (_many is not null)
        {
            return _many.Build();
        }

        CedarRecord.Builder record = new(_count);
        for (int i = 0; i < _count; i++)
        {
            record.Add(_few[i].Key, _few[i].Value);
        }

        return record.Build();
    }

    [InlineArray(Few)]
    private struct Values
    {
        private CedarValue _value;
    }

    [InlineArray(Few)]
    private struct Members
    {
        private KeyValuePair<string, CedarValue> _member;
    }
}
