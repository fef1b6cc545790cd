using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// A call's arguments, taken once: defaults filled in, nulls removed, names and values checked. What the tool receives and what policies see come
/// from the same bytes, which nobody else holds, and each is made when somebody first asks for it. Nothing about them changes; two threads that
/// ask at once may each make the same.
/// </summary>
internal sealed class CallArguments
{
    private readonly byte[] _json;
    private readonly KnownArguments? _known;
    private readonly ArgumentValue[]? _values; // by their places among the known ones; null where the record was made at once
    private object? _element; // a JsonElement, boxed: it takes two words, which could not be published at once
    private CedarRecord? _input;

    /// <summary>Of known names only.</summary>
    internal CallArguments(byte[] json, KnownArguments known, ArgumentValue[] values) => (_json, _known, _values) = (json, known, values);

    /// <summary>With the record that policies see.</summary>
    internal CallArguments(byte[] json, CedarRecord input) => (_json, _input) = (json, input);

    /// <summary>None were read: not even an empty object.</summary>
    internal static CallArguments None { get; } = new([], CedarRecord.Empty);

    /// <summary>One JSON object in UTF-8; empty for none.</summary>
    internal ReadOnlyMemory<byte> Utf8 => _json;

    /// <summary>As the tool receives them; undefined for none.</summary>
    internal JsonElement Json => _json.Length == 0 ? default : (JsonElement)(_element ??= JsonElement.Parse(_json));

    /// <summary>As policies see them.</summary>
    internal CedarRecord Input => _input ??= _known!.ToRecord(_values!, _json);

    /// <summary>Whether the call gives one.</summary>
    internal bool Has(string name) => _values is null ? Input.ContainsKey(name) : _known!.PlaceOf(name) is >= 0 and int place && _values[place].IsThere;

    /// <summary>The value of one as policies see it, or null where the call does not give it.</summary>
    internal CedarValue? Find(string name)
    {
        if (_values is null)
        {
            return Input.TryGetValue(name, out CedarValue? found) ? found : null;
        }

        int place = _known!.PlaceOf(name);
        return place < 0 ? null : _values[place].ToValue(_json);
    }

    /// <summary>Reads one as policies see it, without making the record: false where what is there has no plain form.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; absent where the call does not give it.</param>
    internal bool TryRead(string name, out CedarScalar value)
    {
        value = CedarScalar.Absent;
        if (_values is null)
        {
            return false;
        }

        int place = _known!.PlaceOf(name);
        return place < 0 || _values[place].TryToScalar(_json, out value);
    }

    /// <summary>The same arguments, of which policies see something else.</summary>
    internal CallArguments With(CedarRecord input) => new(_json, input) { _element = _element };
}
