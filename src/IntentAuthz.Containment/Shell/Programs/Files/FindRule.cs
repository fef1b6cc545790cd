using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>GNU <c>find</c> 4.9: starting points, then an expression whose actions delete, write and run.</summary>
internal sealed class FindRule : ProgramRule
{
    private static readonly FrozenSet<string> Alone = FrozenSet.Create(
        StringComparer.Ordinal,
        "(", ")", "!", ",", "-not", "-a", "-and", "-o", "-or", "-d", "-daystart", "-depth", "-follow", "-help", "--help", "-ignore_readdir_race", "-mount",
        "-nignore_readdir_race", "-noignore_readdir_race", "-noleaf", "-nowarn", "-version", "--version", "-warn", "-xdev", "-empty", "-executable", "-false",
        "-nogroup", "-nouser", "-readable", "-true", "-writable", "-print", "-print0", "-prune", "-quit", "-ls");

    private static readonly FrozenSet<string> WithText = FrozenSet.Create(
        StringComparer.Ordinal,
        "-maxdepth", "-mindepth", "-regextype", "-amin", "-atime", "-cmin", "-ctime", "-fstype", "-gid", "-group", "-ilname", "-iname", "-inum", "-ipath",
        "-iregex", "-iwholename", "-links", "-lname", "-mmin", "-mtime", "-name", "-path", "-perm", "-regex", "-size", "-type", "-uid", "-used", "-user",
        "-wholename", "-xtype", "-context", "-printf");

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> words = call.WithWhatFollows();
        int next = 0;
        while (next < words.Length && words[next].Text is { } option)
        {
            if (option is "-D")
            {
                next += 2;
            }
            else if (option is "-H" or "-L" or "-P" or "--" || option.StartsWith("-O", StringComparison.Ordinal))
            {
                next++;
            }
            else
            {
                break;
            }
        }

        int firstRoot = Math.Min(next, words.Length);
        while (next < words.Length && !BeginsExpression(words[next]))
        {
            if (words[next].MayBeOption)
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "A starting point of 'find' is not known, and may be an action.", words[next]);
            }

            effects.Reads(words[next++]);
        }

        ReadOnlySpan<ShellWord> roots = words[firstRoot..Math.Min(next, words.Length)];
        if (roots.IsEmpty)
        {
            roots = new[] { new ShellWord(".", call.Program.Position) };
            effects.Reads(".");
        }

        ReadOnlySpan<ShellWord> expression = words[Math.Min(next, words.Length)..];
        while (next < words.Length)
        {
            next = TellPrimary(words, next, roots, effects);
        }

        if (PrintsNames(expression))
        {
            var found = new ShellWord[roots.Length];
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = roots[i] with { IsTree = true, IsPattern = true };
            }

            effects.Prints(found);
        }
    }

    /// <summary>Whether nothing is printed but names with a NUL behind each. A word that is the value of another only makes that less sure.</summary>
    private static bool PrintsNames(ReadOnlySpan<ShellWord> expression)
    {
        bool prints = false;
        foreach (ShellWord word in expression)
        {
            if (word.Text is null or "-print" or "-ls" or "-printf" or "-exec" or "-execdir" or "-ok" or "-okdir" or "-help" or "--help" or "-version" or "--version")
            {
                return false;
            }

            prints |= word.Text == "-print0";
        }

        // Where '-print0' is the value of another primary, names end in lines.
        for (int i = 1; i < expression.Length; i++)
        {
            prints &= expression[i].Text != "-print0" || (expression[i - 1].Text is { } before && !WithText.Contains(before) && !before.StartsWith("-newer", StringComparison.Ordinal)
                && before is not ("-samefile" or "-anewer" or "-cnewer" or "-fprint" or "-fprint0" or "-fls" or "-fprintf" or "-files0-from"));
        }

        return prints;
    }

    private static bool BeginsExpression(ShellWord word) => word.Text is ['-', _, ..] or "(" or ")" or "!" or ",";

    private static int TellPrimary(ReadOnlySpan<ShellWord> words, int at, ReadOnlySpan<ShellWord> roots, ProgramEffects effects)
    {
        ShellWord primary = words[at];
        ShellWord value = at + 1 < words.Length ? words[at + 1] : new ShellWord(null, primary.Position);
        switch (primary.Text)
        {
            case null:
                effects.Opaque(OpaqueReason.ComputedArgument, "A part of the expression of 'find' is computed.", primary);
                return at + 1;
            case { } text when Alone.Contains(text):
                return at + 1;
            case { } text when WithText.Contains(text):
                // An unquoted pattern may become several words; none of them is an action where it ends like no action does.
                if (value.IsMany || (value.IsPattern && !EndsLikeAFile(value.Text!)))
                {
                    effects.Opaque(OpaqueReason.ComputedArgument, $"The value of '{text}' may be several words.", value);
                }

                return at + 2;
            case "-newer" or "-anewer" or "-cnewer" or "-samefile":
                effects.Reads(value);
                return at + 2;
            case "-files0-from":
                RoleTeller.Tell(WordRole.Instructions, value, effects);
                return at + 2;
            case "-fprint" or "-fprint0" or "-fls":
                effects.Writes(value);
                return at + 2;
            case "-fprintf":
                effects.Writes(value);
                return at + 3;
            case "-delete":
                foreach (ShellWord root in roots)
                {
                    effects.Deletes(root);
                }

                return at + 1;
            case "-exec" or "-ok" or "-execdir" or "-okdir":
                return TellExec(words, at, roots, effects);
            case ['-', 'n', 'e', 'w', 'e', 'r', _, var reference] newer when newer.Length == 8:
                if (reference != 't')
                {
                    effects.Reads(value);
                }

                return at + 2;
            default:
                effects.Opaque(OpaqueReason.UnknownOption, $"'{primary.Text}' is not known to be harmless in 'find'.", primary);
                return at + 1;
        }
    }

    private static bool EndsLikeAFile(string pattern)
    {
        int star = pattern.LastIndexOfAny(['*', '?', ']']);
        return pattern.AsSpan(star + 1).Contains('.') && !pattern.AsSpan(star + 1).Contains(' ');
    }

    /// <summary>What is found lies beneath a starting point; the starting point stands for it, as a directory stands for everything in it.</summary>
    private static int TellExec(ReadOnlySpan<ShellWord> words, int at, ReadOnlySpan<ShellWord> roots, ProgramEffects effects)
    {
        int end = at + 1;
        while (end < words.Length && words[end].Text != ";" && !(words[end].Text == "+" && words[end - 1].Text == "{}"))
        {
            end++;
        }

        ReadOnlySpan<ShellWord> command = words[(at + 1)..Math.Min(end, words.Length)];
        if (command.IsEmpty)
        {
            return end + 1;
        }

        bool inDirectory = words[at].Text is "-execdir" or "-okdir";
        foreach (ShellWord root in roots)
        {
            if (root.Text is null || root.IsPattern && FoundNames.AreIn(command))
            {
                effects.Opaque(OpaqueReason.ComputedArgument, $"What '{words[at].Text}' runs on is not known.", words[at]);
            }

            if (inDirectory)
            {
                // The starting point itself is run on in the directory that it lies in.
                ReadOnlySpan<char> path = (root.Text ?? "").AsSpan().TrimEnd('/');
                ReadOnlySpan<char> name = path[(path.LastIndexOf('/') + 1)..];
                if (name is "..")
                {
                    effects.Opaque(OpaqueReason.ComputedArgument, "The directory above a starting point is not known.", root);
                }
                else if (name is not ("." or ""))
                {
                    string above = path.Length > name.Length ? path[..^name.Length].ToString() : ".";
                    using IDisposable parent = effects.In(root with { Text = above });
                    FoundNames.Run(command, "./" + name.ToString(), isSeveral: false, effects);
                }
            }

            using IDisposable? directory = inDirectory ? effects.In(root with { IsTree = root.Text is not null }) : null;
            FoundNames.Run(command, inDirectory ? "." : root.Text ?? "?", isSeveral: end < words.Length && words[end].Text == "+", effects);
        }

        foreach (ShellWord word in command)
        {
            if (word.Text is null or ".." || word.Text.Contains("../", StringComparison.Ordinal) || word.Text.EndsWith("/..", StringComparison.Ordinal))
            {
                // Relative to a directory that is only known to lie beneath another, '..' may lie anywhere.
                effects.Opaque(OpaqueReason.ComputedArgument, "A path above what was found is not known.", word);
                break;
            }
        }

        return end + 1;
    }
}
