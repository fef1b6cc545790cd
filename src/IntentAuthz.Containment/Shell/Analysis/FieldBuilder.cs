using System.Buffers;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Puts the fields together that one word expands to.</summary>
internal sealed class FieldBuilder
{
    private static readonly SearchValues<char> s_specials = SearchValues.Create("*?[]\\-!^");

    private readonly StringBuilder _text = new();
    private List<int>? _quotedSpecials;
    private List<ShellWord> _output = null!;
    private int _position;
    private bool _started;
    private bool _unknown;
    private bool _many;
    private bool _pattern;
    private bool _bracket;
    private bool _quotedInBracket;
    private bool _backslash;
    private bool _globs;
    private bool _tree;
    private string? _prefix;

    /// <param name="output">Where the fields go.</param>
    /// <param name="position">Where the word stands.</param>
    /// <param name="globs">Whether unquoted special characters make a pattern; if not, only names that matched one do.</param>
    public void Begin(List<ShellWord> output, int position, bool globs = true)
    {
        _output = output;
        _position = position;
        _globs = globs;
        Reset();
    }

    private void Reset()
    {
        _text.Clear();
        _quotedSpecials?.Clear();
        _started = _unknown = _many = _pattern = _bracket = _quotedInBracket = _backslash = _tree = false;
        _prefix = null;
    }

    /// <summary>A field is there even if nothing is added, as by quotes around nothing.</summary>
    public void Start() => _started = true;

    public void Text(ReadOnlySpan<char> text, bool isQuoted, bool isPattern = false)
    {
        _started |= isQuoted || text.Length > 0;
        if (_tree && text.Length > 0)
        {
            Unknown(isMany: _pattern);
        }

        if (_unknown)
        {
            return;
        }

        isQuoted |= !_globs;
        if (text.IndexOfAny(s_specials) >= 0)
        {
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (isQuoted && !isPattern)
                {
                    if (c is '*' or '?' or '[' or '\\')
                    {
                        (_quotedSpecials ??= []).Add(_text.Length + i);
                    }

                    _quotedInBracket |= c is '[' or ']' or '-' or '!' or '^';
                }
                else
                {
                    _pattern |= c is '*' or '?' or '[';
                    _bracket |= c is '[';
                    _backslash |= c is '\\';
                }
            }
        }

        _pattern |= isPattern;
        _text.Append(text);
        if (_text.Length > ShellValue.MaxLength)
        {
            Unknown(isMany: false);
        }
    }

    /// <summary>Adds one value as it is, without splitting it.</summary>
    public void Value(ShellText value)
    {
        if (!value.IsTree)
        {
            Text(value.Text, isQuoted: true, value.IsPattern);
            return;
        }

        // A path put together with one that is only known to lie beneath another is not known.
        if (_text.Length > 0 || _unknown)
        {
            Unknown(isMany: value.IsPattern);
            return;
        }

        _started = _tree = true;
        _pattern = value.IsPattern;
        _text.Append(value.Text);
    }

    public void Unknown(bool isMany)
    {
        _started = true;
        if (!_unknown)
        {
            _unknown = true;
            _prefix = _pattern || _text.Length == 0 ? null : _text.ToString();
        }

        _many |= isMany;
    }

    /// <summary>Ends a field, if there is one.</summary>
    public void End()
    {
        if (!_started)
        {
            return;
        }

        // In a pattern, a quoted special character stands for itself; a mark that stands for any says a little too much, which is fine.
        if (!_unknown && _pattern && ((_bracket && _quotedInBracket) || _backslash))
        {
            _unknown = true;
        }

        if (_unknown)
        {
            _output.Add(new ShellWord(null, _position) { IsMany = _many, Prefix = _prefix });
        }
        else
        {
            if (_tree)
            {
                _output.Add(new ShellWord(_text.ToString(), _position) { IsTree = true, IsPattern = _pattern });
                Reset();
                return;
            }

            if (_pattern && _quotedSpecials is not null)
            {
                foreach (var at in _quotedSpecials)
                {
                    _text[at] = '?';
                }
            }

            _output.Add(new ShellWord(_text.ToString(), _position) { IsPattern = _pattern });
        }

        Reset();
    }

    /// <summary>Adds a whole field as it is.</summary>
    public void Field(ShellWord word) => _output.Add(word with { Position = _position });

    public bool IsStarted => _started;
}
