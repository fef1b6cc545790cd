namespace IntentAuthz.Containment;

/// <summary>Names in the order they came, each once.</summary>
internal sealed class OrderedNames
{
    private readonly List<string> _names = [];
    private HashSet<string>? _seen;

    public IReadOnlyList<string> Names => _names;

    public void Add(string name)
    {
        // A set pays only where there are many, as in a script.
        if (_seen is null && _names.Count < 16)
        {
            if (!_names.Contains(name))
            {
                _names.Add(name);
            }

            return;
        }

        _seen ??= new HashSet<string>(_names, StringComparer.Ordinal);
        if (_seen.Add(name))
        {
            _names.Add(name);
        }
    }
}
