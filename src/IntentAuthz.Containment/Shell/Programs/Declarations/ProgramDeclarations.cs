using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// Reads the descriptions of programs. A description is lines of words:
/// <code>
/// program sort gsort                      names; everything up to the next 'program' is about them
///   gnu                                   options are read as getopt_long does, the list is complete, --help and --version are there
///   flags -bdf --reverse                  options without a value that touch nothing
///   text -k --key -t                      options with a value of this role, attached or separate
///   text? --check                         ... attached or without
///   write -o --output                     ... here a file that is written
///   program --compress-program
///   flags opaque -X                       an option without a value, and what it does: role or role:word
///   read -f --file => read*               with this option the operands are others
///   operands read* or .                   by place; '*' repeats, '?' may lack; 'or' names what it is without any
///   always read:/etc/passwd privilege     what it does however it is called
///   exits -V                              as the first argument: says something about itself and ends
///   closed / posix / single / plain       the list is complete / the first operand ends the options / -name is one option / there are none
///   foreign                               it runs code that is not read; options that are not described need not be known
///   foreign ^.                            it runs the code that lies there, which is named; the options are all described
///   needs -m --message                    without one of these options it asks for more in an editor
///   command text or shell                 it runs the command that follows these operands; 'or shell': without one, a shell
///   sub list show                         a subcommand with options of its own besides these; 'sub a/b' is b of a
/// </code>
/// </summary>
internal static class ProgramDeclarations
{
    /// <summary>The most text that is taken.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Where the descriptions begin, by the names of their programs; nothing else is read yet.</summary>
    public static void Index(string text, Action<string, ProgramDeclaration> add)
    {
        if (text.Length > MaxLength)
        {
            throw new FormatException($"Descriptions of programs may be {MaxLength} characters long; these are {text.Length}. Split them.");
        }

        int line = 0;
        int lineNumber = 0;
        ProgramDeclaration? current = null;
        while (line < text.Length)
        {
            int end = text.IndexOf('\n', line);
            end = end < 0 ? text.Length : end;
            lineNumber++;
            ReadOnlySpan<char> content = text.AsSpan(line, end - line).Trim();
            if (content.StartsWith("program ") && text[line] == 'p')
            {
                if (current is not null)
                {
                    current.End = line;
                }

                current = new ProgramDeclaration(text, Math.Min(end + 1, text.Length), lineNumber);
                foreach (Range name in content.Split(' '))
                {
                    if (!content[name].IsEmpty && name.Start.Value > 0)
                    {
                        add(content[name].ToString(), current);
                    }
                }
            }
            else if (current is null && !content.IsEmpty && content[0] != '#')
            {
                throw new FormatException($"Line {lineNumber} of the descriptions of programs stands before any 'program NAME' line.");
            }

            line = end + 1;
        }
    }

    /// <summary>Reads one description.</summary>
    public static DeclaredProgram Parse(ProgramDeclaration declaration)
    {
        var top = new Builder(null);
        Builder current = top;
        int lineNumber = declaration.Line;
        foreach (ReadOnlySpan<char> line in declaration.Body.EnumerateLines())
        {
            lineNumber++;
            string[] words = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            try
            {
                if (words[0] == "sub")
                {
                    current = new Builder(top);
                    foreach (string name in words.AsSpan(1))
                    {
                        top.AddSubcommand(name, current);
                    }
                }
                else
                {
                    current.Add(words);
                }
            }
            catch (FormatException e)
            {
                throw new FormatException($"Line {lineNumber} of the descriptions of programs, '{line.Trim()}': {e.Message}", e);
            }
        }

        return top.Build();
    }

    /// <summary>The options of a program whose arguments are read by code.</summary>
    public static OptionSet Options(string body) => Parse(new ProgramDeclaration(body, 0, 0)).Options;

    private static readonly FrozenDictionary<string, WordRole> Roles = new Dictionary<string, WordRole>
    {
        ["text"] = WordRole.Text,
        ["read"] = WordRole.Read,
        ["path"] = WordRole.Path,
        ["write"] = WordRole.Write,
        ["out"] = WordRole.Out,
        ["change"] = WordRole.Change,
        ["delete"] = WordRole.Delete,
        ["move"] = WordRole.Move,
        ["in"] = WordRole.In,
        ["host"] = WordRole.Host,
        ["endpoint"] = WordRole.Endpoint,
        ["url"] = WordRole.Url,
        ["shell"] = WordRole.Shell,
        ["run"] = WordRole.Program,
        ["variable"] = WordRole.Variable,
        ["code"] = WordRole.Code,
        ["script"] = WordRole.Script,
        ["stem"] = WordRole.Stem,
        ["pattern"] = WordRole.Pattern,
        ["terminal"] = WordRole.Terminal,
        ["test"] = WordRole.Test,
        ["unittest"] = WordRole.UnitTest,
        ["testchoice"] = WordRole.TestChoice,
        ["project"] = WordRole.Project,
        ["property"] = WordRole.Property,
        ["testfilter"] = WordRole.TestFilter,
        ["scriptname"] = WordRole.ScriptName,
        ["passed"] = WordRole.Passed,
        ["package"] = WordRole.Package,
        ["target"] = WordRole.Target,
        ["gopackage"] = WordRole.GoPackage,
        ["instructions"] = WordRole.Instructions,
        ["opaque"] = WordRole.Opaque,
        ["privilege"] = WordRole.Privilege,
        ["mode"] = WordRole.Mode,
        ["clock"] = WordRole.Clock,
        ["packed"] = WordRole.Packed,
        ["rewritten"] = WordRole.Rewritten,
        ["tracing"] = WordRole.Tracing,
        ["packer"] = WordRole.Packer,
        ["zip"] = WordRole.Zip,
        ["link"] = WordRole.Link,
        ["anyhost"] = WordRole.AnyHost,
        ["replace"] = WordRole.Replace,
        ["gitvalue"] = WordRole.GitValue,
        ["gitsetting"] = WordRole.GitSetting,
        ["gitpath"] = WordRole.GitPath,
        ["gitformat"] = WordRole.GitFormat,
        ["gitremote"] = WordRole.GitRemote,
        ["destination"] = WordRole.Destination,
    }.ToFrozenDictionary();

    private static WordRole Role(string name) =>
        Roles.TryGetValue(name, out WordRole role) ? role
        : throw new FormatException($"'{name}' is no role. The roles are {string.Join(", ", Roles.Keys.Order())}.");

    /// <summary><c>role</c> or <c>role:word</c>; an underscore in the word stands for a space.</summary>
    private static ProgramEffect Effect(string text)
    {
        int colon = text.IndexOf(':');
        return colon < 0 ? new ProgramEffect(Role(text), null) : new ProgramEffect(Role(text[..colon]), text[(colon + 1)..].Replace('_', ' '));
    }

    private static OperandPattern Pattern(ReadOnlySpan<string> words)
    {
        string? orElse = null;
        int or = words.IndexOf("or");
        if (or >= 0)
        {
            orElse = or + 2 == words.Length ? words[or + 1] : throw new FormatException("One word follows 'or'.");
            words = words[..or];
        }

        List<WordRole> first = [];
        List<WordRole> last = [];
        WordRole? middle = null;
        foreach (string word in words)
        {
            if (word.EndsWith('*'))
            {
                middle = middle is null ? Role(word[..^1]) : throw new FormatException("Only one place can repeat.");
            }
            else
            {
                (middle is null ? first : last).Add(Role(word.TrimEnd('?')));
            }
        }

        return middle is null && first.Count == 0
            ? throw new FormatException("No operand is named.")
            : new OperandPattern([.. first], middle, [.. last], orElse);
    }

    private sealed class Builder(Builder? outer)
    {
        private readonly Dictionary<string, ProgramOption> _options = new(StringComparer.Ordinal);
        private readonly List<ProgramEffect> _always = [];
        private readonly HashSet<string> _exits = new(StringComparer.Ordinal);
        private Dictionary<string, Builder>? _subcommands;
        private OperandPattern? _operands;
        private WordRole[]? _beforeCommand;
        private bool _shellWithoutCommand;
        private bool _foreign;
        private string? _code;
        private string[]? _needs;
        private OptionStyle _style;
        private DeclaredProgram? _built;
        private OptionSet? _set;

        public void AddSubcommand(string name, Builder subcommand)
        {
            int slash = name.IndexOf('/');
            if (slash > 0)
            {
                Builder between = _subcommands is not null && _subcommands.TryGetValue(name[..slash], out Builder? known)
                    ? known
                    : throw new FormatException($"'sub {name}' needs 'sub {name[..slash]}' before it.");
                between.AddSubcommand(name[(slash + 1)..], subcommand);
                return;
            }

            if (!(_subcommands ??= new(StringComparer.Ordinal)).TryAdd(name, subcommand))
            {
                throw new FormatException($"'sub {name}' is there twice.");
            }
        }

        public void Add(string[] words)
        {
            ReadOnlySpan<string> rest = words.AsSpan(1);
            switch (words[0])
            {
                case "gnu":
                    _style |= OptionStyle.Closed | OptionStyle.Abbreviations;
                    AddOptions(["--help", "--version"], OptionValue.None, WordRole.Text, [], null);
                    break;
                case "closed":
                    _style |= OptionStyle.Closed;
                    break;
                case "posix":
                    _style |= OptionStyle.OperandEndsOptions;
                    break;
                case "single":
                    _style |= OptionStyle.SingleDash;
                    break;
                case "exits":
                    _exits.UnionWith(words.Skip(1));
                    break;
                case "always":
                    foreach (string effect in rest)
                    {
                        _always.Add(Effect(effect));
                    }

                    break;
                case "plain":
                    _style |= OptionStyle.NoOptions | OptionStyle.Closed;
                    break;
                case "foreign":
                    _foreign = rest.IsEmpty;
                    _code = rest.IsEmpty ? null : rest[0];
                    break;
                case "needs":
                    _needs = words[1..];
                    break;
                case "command":
                    _style |= OptionStyle.OperandEndsOptions;
                    _shellWithoutCommand = rest is [.., "or", "shell"];
                    rest = _shellWithoutCommand ? rest[..^2] : rest;
                    _beforeCommand = new WordRole[rest.Length];
                    for (int i = 0; i < rest.Length; i++)
                    {
                        _beforeCommand[i] = Role(rest[i]);
                    }

                    break;
                case "operands":
                    _operands = Pattern(rest);
                    break;
                default:
                    AddOptionLine(words[0], rest);
                    break;
            }
        }

        public DeclaredProgram Build()
        {
            if (_built is not null)
            {
                return _built;
            }

            if (_subcommands is not null)
            {
                _style |= OptionStyle.OperandEndsOptions;
            }

            return _built = new DeclaredProgram
            {
                Options = Set(),
                Always = [.. _always],
                Operands = _operands,
                Exits = _exits,
                Subcommands = _subcommands?.ToDictionary(s => s.Key, s => s.Value.Build(), StringComparer.Ordinal),
                HasDirectory = HasDirectory(),
                Foreign = _foreign,
                Code = _code,
                Needs = _needs,
                BeforeCommand = _beforeCommand,
                ShellWithoutCommand = _shellWithoutCommand,
            };
        }

        private OptionSet Set() => _set ??= new OptionSet(
            _options,
            outer?.Set(),
            outer is null ? _style : _style | (outer._style & ~OptionStyle.OperandEndsOptions & ~OptionStyle.Closed));

        private bool HasDirectory() => _options.Values.Any(o => o.Role == WordRole.In) || (outer?.HasDirectory() ?? false);

        private void AddOptionLine(string keyword, ReadOnlySpan<string> rest)
        {
            OperandPattern? pattern = null;
            int arrow = rest.IndexOf("=>");
            if (arrow >= 0)
            {
                pattern = Pattern(rest[(arrow + 1)..]);
                rest = rest[..arrow];
            }

            List<ProgramEffect> effects = [];
            while (!rest.IsEmpty && !rest[0].StartsWith('-') && !rest[0].StartsWith('+'))
            {
                effects.Add(Effect(rest[0]));
                rest = rest[1..];
            }

            if (rest.IsEmpty)
            {
                throw new FormatException("No option is named.");
            }

            bool optional = keyword.EndsWith('?');
            if (keyword == "flags")
            {
                AddOptions(rest, OptionValue.None, WordRole.Text, effects, pattern);
            }
            else
            {
                AddOptions(rest, optional ? OptionValue.Optional : OptionValue.Required, Role(keyword.TrimEnd('?')), effects, pattern);
            }
        }

        private void AddOptions(ReadOnlySpan<string> names, OptionValue value, WordRole role, List<ProgramEffect> effects, OperandPattern? pattern)
        {
            foreach (string name in names)
            {
                if (name.StartsWith("--", StringComparison.Ordinal) || _style.HasFlag(OptionStyle.SingleDash))
                {
                    AddOption(name);
                    continue;
                }

                foreach (char letter in name.AsSpan(1))
                {
                    AddOption($"{name[0]}{letter}");
                }
            }

            void AddOption(string name)
            {
                var option = new ProgramOption(name) { Value = value, Role = role, Effects = [.. effects], Operands = pattern };
                if (!_options.TryAdd(name, option))
                {
                    throw new FormatException($"The option '{name}' is there twice.");
                }
            }
        }
    }
}
