namespace IntentAuthz.Containment;

/// <summary>Programs that print names of files, each with a NUL behind it, and nothing else. What <c>find</c> prints, its rule says.</summary>
internal static class NamePrinters
{
    // No name that git or a search without a place prints leads upwards or begins with a slash, but one can look like an option.
    private static readonly ShellWord[] s_beneath = [new ShellWord("*", 0) { IsPattern = true, IsTree = true }];

    /// <summary>The names, or null where something else is printed or may be.</summary>
    public static IReadOnlyList<ShellWord>? Of(string name, ReadOnlySpan<ShellWord> arguments) => name switch
    {
        "git" => Git(arguments),
        "grep" => Search(
            "grep", arguments, "-l --files-with-matches -L --files-without-match", "-Z --null",
            "-r -R -i -I -E -F -P -G -w -x -s -n -H -a -v -z -e --recursive --include --exclude --exclude-dir --ignore-case --extended-regexp --fixed-strings --regexp", isRecursive: false),
        "rg" => Search(
            "rg", arguments, "-l --files-with-matches --files-without-match --files", "-0 --null",
            "-i -w -F -n -u -. -S -s -g -t -T -e -P -U --hidden --glob --type --type-not --no-ignore --ignore-case --smart-case --fixed-strings --word-regexp --regexp --no-messages", isRecursive: true),
        _ => null,
    };

    private static ShellWord[]? Git(ReadOnlySpan<ShellWord> arguments)
    {
        if (arguments is not [{ Text: "ls-files" or "diff", IsVague: false } command, ..])
        {
            return null;
        }

        var isDiff = command.Text == "diff";
        var isSeparated = false;
        var namesOnly = !isDiff;
        foreach (var argument in arguments[1..])
        {
            switch (argument.Text)
            {
                case "-z":
                    isSeparated = true;
                    break;
                case "--name-only" when isDiff:
                    namesOnly = true;
                    break;
                case "--":
                case "--cached" or "-m" or "--modified" or "-d" or "--deleted" or "-c" or "-o" or "--others" or "--exclude-standard" when !isDiff:
                case "--cached" or "--staged" or "--relative" or "--no-renames" when isDiff:
                case ['-', '-', 'd', 'i', 'f', 'f', '-', 'f', 'i', 'l', 't', 'e', 'r', '=', ..] when isDiff:
                    break;
                case { Length: > 0 } text when text[0] is not ('-' or '/' or ':' or '~') && !text.Contains("..", StringComparison.Ordinal) && !argument.MayBeOption:
                    break;
                default:
                    return null;
            }
        }

        return isSeparated && namesOnly ? s_beneath : null;
    }

    private static List<ShellWord>? Search(string name, ReadOnlySpan<ShellWord> arguments, string lists, string separators, string others, bool isRecursive)
    {
        if (ProgramTable.Find(name) is not DeclaredProgram program)
        {
            return null;
        }

        var operands = new List<ShellWord>();
        var (listed, separated, hasPattern) = (false, false, false);
        var reader = new ArgumentReader(program.Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Operand)
            {
                operands.Add(reader.Word);
                continue;
            }

            if (reader.Kind != ArgumentKind.Option)
            {
                return null;
            }

            var option = reader.Option!.Name;
            listed |= Has(lists, option);
            separated |= Has(separators, option);
            if (!Has(lists, option) && !Has(separators, option) && !Has(others, option))
            {
                return null;
            }

            hasPattern |= option is "-e" or "--regexp" or "--files";
            isRecursive |= option is "-r" or "-R" or "--recursive";
        }

        if (!listed || !separated)
        {
            return null;
        }

        if (!hasPattern && operands.Count > 0)
        {
            operands.RemoveAt(0);
        }

        if (operands.Count == 0)
        {
            return isRecursive ? [.. s_beneath] : null;
        }

        for (var i = 0; i < operands.Count; i++)
        {
            if (operands[i].Text is null or "-" or "")
            {
                return null;
            }

            operands[i] = operands[i] with { IsTree = true, IsPattern = true };
        }

        return operands;
    }

    private static bool Has(string names, string name)
    {
        foreach (var range in names.AsSpan().Split(' '))
        {
            if (names.AsSpan(range).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
