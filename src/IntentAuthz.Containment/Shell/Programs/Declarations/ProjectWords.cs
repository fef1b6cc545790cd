using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary>Words that only tools of builds and tests have.</summary>
internal static class ProjectWords
{
    // Nothing that is more than a word to a shell, an interpreter or an expression.
    private static readonly SearchValues<char> s_plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:=@+%/");
    private static readonly SearchValues<char> s_notInProperties = SearchValues.Create(";%\"$@:=");
    private static readonly SearchValues<char> s_choice = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. ()");

    public static void Tell(WordRole role, ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { } text || word.IsVague)
        {
            if (role is WordRole.Test)
            {
                effects.RunsCode(word);
            }
            else
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "What is built, tested or installed is named only when the command runs.", word);
            }

            return;
        }

        switch (role)
        {
            case WordRole.Test when text.Contains('=') || text.StartsWith('@') || text.StartsWith('-'):
            case WordRole.UnitTest when !IsOwnTest(text):
            case WordRole.TestChoice when !IsChoice(text):
            case WordRole.Project when text == "-" || text.AsSpan().ContainsAny("=:;@"):
            // A semicolon, or its escape, begins another property; a single dash before a longer name is an option that these letters are the beginning of.
            case WordRole.Property when text.AsSpan().ContainsAny(s_notInProperties):
            case WordRole.TestFilter when text.AsSpan().ContainsAny(";%\""):
            case WordRole.Target when text.AsSpan().ContainsAny('=', ':'):
            case WordRole.ScriptName when !IsUsualScript(text):
            case WordRole.Passed when !IsPassed(text):
                effects.Opaque(OpaqueReason.UnknownOption, $"'{text}' can change what is run.", word);
                break;
            case WordRole.Test:
                int name = text.IndexOf("::", StringComparison.Ordinal);
                effects.RunsCode(word with { Text = name < 0 ? text : text[..name] });
                break;
            case WordRole.Project when !text.StartsWith('-'):
                effects.RunsCode(word);
                break;
            case WordRole.Package when text.StartsWith('.') || text.StartsWith('/'):
                int extras = text.IndexOf('[');
                effects.RunsCode(word with { Text = extras < 0 ? text : text[..extras] });
                break;
            case WordRole.Package:
                effects.Opaque(OpaqueReason.ForeignCode, $"The package '{text}' comes from an index, and its code runs.", word);
                break;
            case WordRole.GoPackage:
                Go(text, word, effects);
                break;
        }
    }

    /// <summary>The arguments of a script. What it makes of them is its own affair, unless one is code in itself: then it is an interpreter under another name.</summary>
    public static void TellArguments(ReadOnlySpan<ShellWord> arguments, ProgramEffects effects)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Text is { } text && (text.StartsWith("--eval=", StringComparison.Ordinal) || text.StartsWith("--exec=", StringComparison.Ordinal) || text.StartsWith("--execute=", StringComparison.Ordinal) || text.StartsWith("--command=", StringComparison.Ordinal)))
            {
                effects.Opaque(OpaqueReason.ForeignCode, $"'{text}' may be code.", arguments[i]);
            }

            if (arguments[i].Text is { } word && AsksForShell(word))
            {
                effects.Opaque(OpaqueReason.ForeignCode, $"'{word}' may ask for a shell, or for code on the standard input.", arguments[i]);
            }

            if (i + 1 == arguments.Length)
            {
                return;
            }

            if (arguments[i].Text is "-c" or "-e" or "-E" or "-r" or "-x" or "-lc" or "-ic" or "-ec" or "-S" or "--eval" or "--exec" or "--execute" or "--command" or "--run" && !IsNameOfFile(arguments[i + 1].Text))
            {
                effects.Opaque(OpaqueReason.ForeignCode, $"What follows '{arguments[i].Text}' may be code.", arguments[i + 1]);
            }
        }
    }

    private static bool AsksForShell(string word) => word[(word.LastIndexOf('/') + 1)..] is "-" or "-i" or "shell" or "shell_plus" or "repl" or "console" or "tinker" or "eval" or "exec"
        or "sh" or "bash" or "dash" or "zsh" or "ksh" or "fish" or "python" or "python3" or "node" or "perl" or "ruby" or "php" or "irb" or "ipython";

    private static bool IsNameOfFile(string? text) => text is not null && IsPlain(text) && (text.Contains('.') || text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0);

    private static bool IsPlain(string text) => text.AsSpan().IndexOfAnyExcept(s_plain) < 0;

    // The standard library has tests too, and modules that start a shell when they are called.
    private static bool IsOwnTest(string text) =>
        IsPlain(text) && (text is "tests" || text.StartsWith("tests.", StringComparison.Ordinal) || text.StartsWith("test_", StringComparison.Ordinal) || (text.EndsWith(".py", StringComparison.Ordinal) && text[0] != '/' && !text.Contains("..", StringComparison.Ordinal)));

    // Old versions evaluate the expression as code, and a call in it calls.
    private static bool IsChoice(string text)
    {
        if (text.AsSpan().IndexOfAnyExcept(s_choice) >= 0)
        {
            return false;
        }

        for (int i = text.IndexOf('('); i >= 0; i = text.IndexOf('(', i + 1))
        {
            ReadOnlySpan<char> before = text.AsSpan(0, i).TrimEnd();
            if (!before.IsEmpty && before[^1] != '(' && !before.EndsWith("not", StringComparison.Ordinal) && !before.EndsWith("and", StringComparison.Ordinal) && !before.EndsWith("or", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsUsualScript(string text)
    {
        int colon = text.IndexOf(':');
        return IsPlain(text) && (colon < 0 ? text : text[..colon]) is "build" or "test" or "tests" or "lint" or "start" or "dev" or "check" or "format" or "fmt" or "typecheck" or "type-check" or "clean" or "compile"
            or "coverage" or "e2e" or "unit" or "ci" or "docs" or "serve" or "preview" or "watch" or "storybook" or "generate" or "codegen" or "prepare" or "release";
    }

    private static bool IsPassed(string text) =>
        IsPlain(text) && !AsksForShell(text) && text is not ("-c" or "-e" or "-p" or "-r" or "--eval" or "--exec" or "--require" or "--import" or "--loader" or "--command")
        && !text.StartsWith('/') && !text.StartsWith('@') && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("=/", StringComparison.Ordinal) && !text.Contains(":/", StringComparison.Ordinal);

    private static void Go(string text, ShellWord word, ProgramEffects effects)
    {
        if (text.StartsWith('.') || text.StartsWith('/') || text.EndsWith(".go", StringComparison.Ordinal))
        {
            string path = text.EndsWith("...", StringComparison.Ordinal) ? text[..^3].TrimEnd('/') : text;
            effects.RunsCode(word with { Text = path.Length == 0 ? "/" : path });
        }
        else if (text.Contains('@') || text.Contains('.'))
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"The package '{text}' can come from another host, and its code runs.", word);
        }
    }
}
