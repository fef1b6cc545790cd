using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Takes one result apart: whole values of trusted fields, with the records they stand in; running text by its source; what is mentioned in it.
/// Used by one thread, for one result.
/// </summary>
internal sealed class ResultReading(RequestReading request, string? kind)
{
    private const int MaxItem = 256; // a longer value is no name but a text
    private const int MaxItems = 16 * 1024;
    private const int MaxListed = 256; // items of a list that is given as text

    private readonly SeenResult _result = new();
    private readonly StringBuilder _untrusted = new();
    private readonly StringBuilder _known = new();
    private readonly List<(string Text, string? Kind, SeenRecord? Record)> _items = [];
    private readonly List<(ValueSource Source, Mention Mention)> _mentions = [];
    private readonly List<(ValueSource Source, string Text)> _prose = [];
    private List<SeenRecord>? _described;
    private Label _label = Label.Best;
    private bool _isEmpty = true;

    internal IReadOnlyList<(string Text, string? Kind, SeenRecord? Record)> Items => _items;

    internal IReadOnlyList<(ValueSource Source, string Text)> Prose => _prose;

    /// <summary>The records that the request describes.</summary>
    internal IReadOnlyList<SeenRecord> Described => _described ?? [];

    internal IReadOnlyList<(ValueSource Source, Mention Mention)> Mentions => _mentions;

    /// <summary>Reads JSON, and answers the label of the whole: the worst over its parts.</summary>
    internal Label Read(JsonElement json, ResultLabels labels, Label cap)
    {
        ReadValue(json, labels, cap, record: null, outer: null);
        AddProse(ValueSource.UntrustedResult, _untrusted);
        AddProse(ValueSource.KnownResult, _known);
        return _isEmpty ? labels.Label.Combine(cap) : _label;
    }

    /// <summary>Reads a result that is text: all of one label, and any part of it is as good as the whole.</summary>
    internal Label ReadText(string text, Label label)
    {
        if (text.Length > 0)
        {
            _prose.Add((SourceOf(label.Integrity), FoldedText.Of(text)));
        }

        return label;
    }

    /// <summary>The addresses of which the result has just one of a kind; null when it has none such.</summary>
    internal List<string>? OnlyAddresses()
    {
        List<string>? only = null;
        List<(MentionKind Kind, string Text)> addresses = [];
        foreach ((_, string text) in _prose)
        {
            addresses.AddRange(MentionScanner.Scan(text, out bool isComplete).Where(static m => m.IsAddress).Select(m => (m.Kind, text.Substring(m.Start, m.Length))));
            if (!isComplete)
            {
                return null; // there may be a second one further on
            }
        }

        foreach (IGrouping<MentionKind, string> kind in addresses.Distinct().GroupBy(static m => m.Kind, static m => m.Text))
        {
            if (kind.Take(2).Count() == 1)
            {
                (only ??= []).Add(kind.First());
            }
        }

        return only;
    }

    private void ReadValue(JsonElement value, ResultLabels labels, Label cap, SeenRecord? record, SeenRecord? outer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                ReadRecord(value, labels, cap, key: null, outer: record ?? outer);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    ReadValue(item, labels, cap, record ?? NamedRecord(item), outer);
                }

                break;
            case JsonValueKind.String:
                ReadText(value.GetString()!, labels, cap, record, outer);
                break;
            case JsonValueKind.Number:
                ReadNumber(value, labels, cap, record, outer);
                break;
        }
    }

    private SeenRecord Note(SeenRecord record)
    {
        _result.Count(record.Score.Value);
        if (record.Score.Value >= SeenRecord.LeastScore && record.Score.Name.Length > 0)
        {
            (_described ??= []).Add(record);
        }

        return record;
    }

    /// <summary>Its id, where that is trusted; or else all of it.</summary>
    private static string IdentityOf(JsonElement value, string? key, ResultLabels labels, Label cap)
    {
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && RecordScore.IsId(member.Name) && RecordScore.IsTrusted(labels, member.Name, cap))
            {
                return member.Value.ToString();
            }
        }

        return key ?? value.GetRawText();
    }

    /// <summary>In a list of names each name is a record.</summary>
    private SeenRecord? NamedRecord(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        string name = item.GetString()!;
        return Note(new SeenRecord(_result, RecordScore.OfName(name, request), name));
    }

    private void ReadRecord(JsonElement value, ResultLabels labels, Label cap, string? key, SeenRecord? outer)
    {
        SeenRecord record = Note(new SeenRecord(_result, RecordScore.Of(value, key, request, labels, cap), IdentityOf(value, key, labels, cap)));
        if (key is not null)
        {
            ReadText(key, labels, cap, record, outer);
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            ResultLabels of = labels.Member(member.Name);
            if (labels.NamesAreData && member.Value.ValueKind == JsonValueKind.Object)
            {
                ReadRecord(member.Value, of, cap, member.Name, outer: record);
                continue;
            }

            if (labels.NamesAreData)
            {
                ReadText(member.Name, labels, cap, record, outer);
            }

            if (member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String && RecordScore.IsId(member.Name))
            {
                ReadText(member.Value.ToString(), of, cap, record, outer, isId: true);
                continue;
            }

            ReadValue(member.Value, of, cap, record, outer);
        }

        if (request.Extremes != Extremes.None)
        {
            _result.Rank(record, value, labels, cap);
        }
    }

    /// <summary>The number of a thing is its name: nothing is reckoned from it.</summary>
    private void ReadText(string text, ResultLabels labels, Label cap, SeenRecord? record, SeenRecord? outer, bool isId = false)
    {
        Label label = Note(labels, cap);
        string folded = FoldedText.Of(text);
        if (folded.Length == 0)
        {
            return;
        }

        if (label.Integrity != Integrity.Trusted)
        {
            (label.Integrity == Integrity.Known ? _known : _untrusted).Append(folded).Append(" \n ");
            return;
        }

        AddItem(folded, isId ? kind : null, record, outer);
        if (folded is ['[', .., ']'])
        {
            AddListed(folded, record, outer);
        }

        if (folded.Length <= MaxItem && !isId)
        {
            foreach (Mention mention in MentionScanner.Scan(folded))
            {
                // A date within a longer text is one to be read there, not the field's own.
                if (mention.Length >= folded.Length / 2)
                {
                    _mentions.Add((ValueSource.TrustedResult, mention));
                }
            }
        }
    }

    /// <summary>Some tools give a list as text, <c>['a', 'b']</c>: its items are values of the field too.</summary>
    private void AddListed(string folded, SeenRecord? record, SeenRecord? outer)
    {
        foreach (string item in folded[1..^1].Split(',', MaxListed, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.Trim('\'', '"') is { Length: > 0 } value)
            {
                AddItem(value, null, record, outer);
            }
        }
    }

    private void ReadNumber(JsonElement value, ResultLabels labels, Label cap, SeenRecord? record, SeenRecord? outer)
    {
        Label label = Note(labels, cap);
        if (value.TryGetDecimal(out decimal number))
        {
            _mentions.Add((SourceOf(label.Integrity), new Mention(MentionKind.Number, 0, 0, number)));
        }

        if (label.Integrity == Integrity.Trusted)
        {
            AddItem(value.GetRawText(), null, record, outer);
        }
        else
        {
            (label.Integrity == Integrity.Known ? _known : _untrusted).Append(value.GetRawText()).Append(" \n ");
        }
    }

    /// <summary>A value belongs to its record, and to the record around that: whom a file is shared with is part of the file.</summary>
    private void AddItem(string folded, string? itsKind, SeenRecord? record, SeenRecord? outer)
    {
        if (_items.Count >= MaxItems || folded.Length > MaxItem)
        {
            return;
        }

        _items.Add((folded, itsKind, record));
        if (outer is not null && !ReferenceEquals(outer, record))
        {
            _items.Add((folded, itsKind, outer));
        }
    }

    private Label Note(ResultLabels labels, Label cap)
    {
        Label label = labels.IsAssigned ? labels.Label : labels.Label.Combine(cap);
        _label = _label.Combine(label);
        _isEmpty = false;
        return label;
    }

    private void AddProse(ValueSource source, StringBuilder text)
    {
        if (text.Length > 0)
        {
            _prose.Add((source, text.ToString()));
        }
    }

    private static ValueSource SourceOf(Integrity integrity) => integrity switch
    {
        Integrity.Trusted => ValueSource.TrustedResult,
        Integrity.Known => ValueSource.KnownResult,
        _ => ValueSource.UntrustedResult,
    };
}
