using System.Buffers;
using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// Descriptions of a host's own programs, so that a <see cref="ShellAnalyzer"/> knows what they do with their arguments: which they read, write and start. Written
/// in the language of docs/shell-programs.md. The analysis believes them as it believes its own table. Immutable, thread-safe.
/// </summary>
public sealed class ShellPrograms
{
    /// <summary>The longest text that is taken, in UTF-16 units.</summary>
    public const int MaxLength = 131_072;

    /// <summary>The most names of programs.</summary>
    public const int MaxPrograms = 1_000;

    private static readonly FrozenSet<string> s_shellWords = FrozenSet.Create(
        StringComparer.Ordinal,
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "select", "in", "function", "time", "coproc", "{", "}", "!", "[[", "]]",
        ":", ".", "[", "true", "false", "echo", "printf", "test", "pwd", "kill", "cd", "pushd", "popd", "dirs", "exit", "return", "break", "continue", "export", "readonly", "declare", "typeset",
        "local", "unset", "shift", "set", "shopt", "eval", "exec", "command", "builtin", "source", "trap", "read", "mapfile", "readarray", "getopts", "let", "alias", "unalias", "enable", "bind", "fc",
        "history", "complete", "compgen", "compopt", "hash", "suspend", "logout", "type", "jobs", "wait", "disown", "bg", "fg", "times", "umask", "caller", "help", "ulimit");

    private static readonly SearchValues<char> s_specials = SearchValues.Create("/*?[]{}()<>|&;$`\"'\\=~!");

    private readonly FrozenDictionary<string, DeclaredProgram> _programs;

    private ShellPrograms(FrozenDictionary<string, DeclaredProgram> programs) => _programs = programs;

    /// <summary>The names that are described, in order.</summary>
    public IReadOnlyList<string> Names => [.. _programs.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads descriptions; all of them, so that a mistake shows here and not when a command is analysed.</summary>
    /// <param name="text">The descriptions, each from a line <c>program NAME…</c> on.</param>
    /// <exception cref="FormatException">
    /// The text is too long, has more programs than are taken, does not follow the language (the message says in which line), describes a program twice, or one
    /// that the shell or the analysis itself knows: only programs that would be opaque as a whole can be described.
    /// </exception>
    public static ShellPrograms Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            throw new FormatException($"Descriptions of programs may be {MaxLength} characters long; these are {text.Length}.");
        }

        var declarations = new Dictionary<string, ProgramDeclaration>(StringComparer.Ordinal);
        ProgramDeclarations.Index(text, (name, declaration) =>
        {
            if (Fault(name) is { } fault)
            {
                throw new FormatException($"Line {declaration.Line} of the descriptions of programs: {fault}");
            }

            if (!declarations.TryAdd(name, declaration))
            {
                throw new FormatException($"Line {declaration.Line} of the descriptions of programs: '{name}' is described twice.");
            }

            if (declarations.Count > MaxPrograms)
            {
                throw new FormatException($"More than {MaxPrograms} programs are described.");
            }
        });
        return new ShellPrograms(declarations.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Program, StringComparer.Ordinal));
    }

    internal ProgramRule? Find(ReadOnlySpan<char> name) => _programs.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var program) ? program : null;

    private static string? Fault(string name)
    {
        if (name.Length > 128 || name[0] is '-' or '#' || name.AsSpan().IndexOfAny(s_specials) >= 0 || name.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0 || name.Contains('\u007f', StringComparison.Ordinal))
        {
            return s_shellWords.Contains(name) ? $"'{name}' is a word of the shell." : $"'{name}' is no plain name of a program; paths and characters that are special to the shell are not taken.";
        }

        if (s_shellWords.Contains(name))
        {
            return $"'{name}' is a word of the shell, or one that it runs itself.";
        }

        return ProgramTable.Find(name) is { } known && known is not DeclaredProgram { Foreign: true }
            ? $"'{name}' is known to the analysis, which relies on what it knows of it. Describe only programs that are opaque without."
            : null;
    }
}
