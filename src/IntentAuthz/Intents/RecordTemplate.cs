using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>A record of certain names, from which records of the same names are made without sorting and checking them again. Immutable.</summary>
internal sealed class RecordTemplate
{
    private readonly CedarRecord _record;
    private readonly string[] _names;

    internal RecordTemplate(IEnumerable<string> names)
    {
        _record = CedarRecord.Create(names.Select(static name => new KeyValuePair<string, CedarValue>(name, false)));
        _names = [.. _record.Keys];
    }

    /// <summary>The names, in the order in which values are given.</summary>
    internal ReadOnlySpan<string> Names => _names;

    internal CedarRecord With(ReadOnlySpan<CedarValue> values) => _record.WithValues(values);
}
