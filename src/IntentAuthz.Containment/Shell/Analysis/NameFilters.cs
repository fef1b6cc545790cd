namespace IntentAuthz.Containment;

/// <summary>Programs that print some of the names that they get, each with a NUL behind it, and nothing else.</summary>
internal static class NameFilters
{
    /// <summary>Whether it is such a program, called so that it reads its standard input alone.</summary>
    public static bool Passes(string name, ReadOnlySpan<ShellWord> arguments)
    {
        var letters = name switch
        {
            "sort" => "zurnVhf",
            "uniq" => "zi",
            "grep" => "zviEFPwx",
            _ => null,
        };
        if (letters is null)
        {
            return false;
        }

        var isSeparated = false;
        var patterns = 0;
        foreach (var argument in arguments)
        {
            if (argument is not { Text: { Length: > 0 } text, IsVague: false } || text == "-" || text.StartsWith("--", StringComparison.Ordinal))
            {
                return false;
            }

            if (text[0] != '-')
            {
                patterns++;
            }
            else if (patterns > 0 || text.AsSpan(1).IndexOfAnyExcept(letters) >= 0)
            {
                return false;
            }

            isSeparated |= text[0] == '-' && text.Contains('z', StringComparison.Ordinal);
        }

        return isSeparated && patterns == (name == "grep" ? 1 : 0);
    }
}
