using System.Text;

namespace IntentAuthz.Containment;

/// <summary>What commands write to their standard output, as far as it is known: a text, or names of files of which only the kind is known.</summary>
internal sealed class OutputCapture
{
    private StringBuilder? _text = new();
    private List<ShellWord>? _names;
    private bool _isMixed;

    /// <summary>The text, or null where it is not known.</summary>
    public string? Text => _text?.ToString();

    /// <summary>The names, each with a NUL behind it, where there is nothing else; null where that is not so.</summary>
    public IReadOnlyList<ShellWord>? Names => _isMixed || Line is not null ? null : _names;

    /// <summary>The one name, with the end of a line behind it, where there is nothing else.</summary>
    public ShellWord? Line { get; private set; }

    public void Append(string? text)
    {
        if (text is { Length: 0 })
        {
            return;
        }

        _isMixed = true;
        Line = null;
        if (text is null || _text is null || _text.Length + text.Length > ShellValue.MaxLength)
        {
            _text = null;
        }
        else
        {
            _text.Append(text);
        }
    }

    /// <summary>Names are written, none or several of each of these, with a NUL behind each.</summary>
    public void AppendNames(IReadOnlyList<ShellWord> names)
    {
        _text = null;
        if (Line is not null || names.Count + (_names?.Count ?? 0) > ShellValue.MaxAlternatives)
        {
            Append(null);
            return;
        }

        (_names ??= []).AddRange(names);
    }

    /// <summary>One line is written that is a name, or nothing.</summary>
    public void AppendLine(ShellWord name)
    {
        var isFirst = !_isMixed && _names is null && Line is null;
        Append(null);
        Line = isFirst ? name : default(ShellWord?);
    }
}
