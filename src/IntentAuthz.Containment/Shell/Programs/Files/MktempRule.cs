namespace IntentAuthz.Containment;

/// <summary><c>mktemp</c>: the <c>X</c>s at the end of a template become any characters. Without a directory it is made in <c>/tmp</c>.</summary>
internal sealed class MktempRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        flags -dqtu --directory --quiet --dry-run
        text --suffix
        text -p
        text? --tmpdir
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ShellWord? template = null;
        ShellWord? directory = null;
        string? suffix = "";
        bool temporary = false;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (!TellsOption(ref reader, call, effects))
            {
                template = reader.Word;
                continue;
            }

            switch (reader.Option?.Name)
            {
                case "--suffix":
                    suffix = reader.Word.Text;
                    break;
                case "-t":
                    temporary = true;
                    break;
                case "-p" or "--tmpdir":
                    temporary = true;
                    directory = reader.HasValue ? reader.Word : directory;
                    break;
            }
        }

        if (template is null || temporary)
        {
            effects.Writes(directory ?? "/tmp");
        }

        if (template is { } named && !temporary)
        {
            effects.Writes(named.Text is { } text && suffix is not null
                ? named with { Text = text.Replace('X', '?') + suffix, IsPattern = true }
                : named with { Text = null });
        }

        string? made = template is not { } given ? "tmp.??????????" : given is { Text: { } name, IsVague: false } && (!temporary || !name.Contains('/')) ? name.Replace('X', '?') : null;
        string? place = !temporary && template is not null ? "" : directory is not { } where ? "/tmp/" : where is { Text: { Length: > 0 } path, IsVague: false } ? path + "/" : null;
        if (made is not null && place is not null && suffix is not null && IsPlain(place + made + suffix))
        {
            effects.PrintsLine(new ShellWord(place + made + suffix, call.Program.Position) { IsPattern = true });
        }
    }

    /// <summary>Whether a name holds nothing that splits words, makes patterns or makes an option of it.</summary>
    private static bool IsPlain(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '_' or '-' or '?' or '+' or '='))
            {
                return false;
            }
        }

        return name[0] is not ('-' or '?');
    }
}
