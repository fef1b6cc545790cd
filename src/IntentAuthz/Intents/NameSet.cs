using System.Runtime.CompilerServices;

namespace IntentAuthz;

/// <summary>The names seen in one object: the first few are compared one by one, so that an ordinary call allocates nothing for it.</summary>
internal struct NameSet
{
    private const int InlineNames = 8;

    private Names _first;
    private int _count;
    private HashSet<string>? _all;

    /// <summary>False when the name was there already. Case is ignored always or never in one set.</summary>
    internal bool Add(string name, bool ignoreCase)
    {
        if (_all is not null)
        {
            return _all.Add(name);
        }

        for (int i = 0; i < _count; i++)
        {
            if (string.Equals(_first[i], name, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            {
                return false;
            }
        }

        if (_count < InlineNames)
        {
            _first[_count++] = name;
            return true;
        }

        _all = new HashSet<string>(ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        for (int i = 0; i < _count; i++)
        {
            _all.Add(_first[i]);
        }

        return _all.Add(name);
    }

    [InlineArray(InlineNames)]
    private struct Names
    {
        private string _element;
    }
}
