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
    }
}
