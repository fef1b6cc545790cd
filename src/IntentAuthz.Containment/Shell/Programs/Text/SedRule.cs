namespace IntentAuthz.Containment;

/// <summary>GNU <c>sed</c> 4.8 and 4.9: the script is read, as it can run, read and write.</summary>
internal sealed class SedRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        flags -nErsuzb --quiet --silent --debug --follow-symlinks --posix --regexp-extended --separate --sandbox --unbuffered --null-data --zero-terminated --binary
        text -el --expression --line-length
        instructions -f --file
        text? -i --in-place
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        bool inPlace = false;
        string suffix = "";
        string? script = null;
        bool scriptKnown = true;
        bool hasScript = false;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            switch (reader.Option?.Name)
            {
                case "-e" or "--expression" when reader.HasValue:
                    hasScript = true;
                    scriptKnown &= reader.Word.Text is not null && reader.Kind == ArgumentKind.Option;
                    script = script is null ? reader.Word.Text : script + "\n" + reader.Word.Text;
                    break;
                case "-f" or "--file":
                    hasScript = true;
                    break;
                case "-i" or "--in-place":
                    inPlace = true;
                    suffix = reader.HasValue ? reader.Word.Text ?? "/" : suffix;
                    break;
            }
        }

        reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects))
            {
                continue;
            }

            if (!hasScript)
            {
                hasScript = true;
                scriptKnown = reader.Word is { Text: not null, IsVague: false };
                script = reader.Word.Text;
            }
            else if (inPlace)
            {
                InPlace(reader.Word, suffix, effects);
            }
            else
            {
                RoleTeller.Tell(WordRole.Read, reader.Word, effects);
            }
        }

        if (!scriptKnown)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "The script of 'sed' is computed.", call.Program);
        }
        else if (script is not null)
        {
            new SedScript(script, call.Program.Position, effects).Tell();
        }
    }

    /// <summary>The result is written beside the file and takes its name; a suffix keeps the old one.</summary>
    private static void InPlace(ShellWord file, string suffix, ProgramEffects effects)
    {
        effects.Reads(file);
        effects.Writes(file);
        RoleTeller.Beside(file, "sed??????", effects);
        if (suffix.Length == 0)
        {
            return;
        }

        if (file.Text is null || suffix.AsSpan().ContainsAny('*', '/'))
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "Where 'sed' keeps the old file is not followed.", file);
        }
        else
        {
            effects.Writes(file with { Text = file.Text + suffix });
            effects.Deletes(file);
        }
    }
}
