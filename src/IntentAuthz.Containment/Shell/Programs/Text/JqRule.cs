namespace IntentAuthz.Containment;

/// <summary><c>jq</c> 1.6 to 1.8: a filter, then files. A filter can name modules, which are files too.</summary>
internal sealed class JqRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        closed
        flags -acCeghjMnrRsSV --ascii-output --compact-output --color-output --exit-status --join-output --monochrome-output --null-input --raw-input
        flags --raw-output --raw-output0 --seq --slurp --sort-keys --stream --stream-errors --tab --unbuffered --version --help --args --jsonargs --build-configuration
        flags --arg --argjson --slurpfile --rawfile --argfile
        text --indent
        read -L --library-path
        flags -f --from-file
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        bool fromFile = false;
        bool hasFilter = false;
        bool filesFollow = true;
        ShellWord? filter = null;
        for (var reader = new ArgumentReader(Options, arguments); reader.Read();)
        {
            fromFile |= reader.Option?.Name is "-f" or "--from-file";
        }

        int skipTo = 0;
        for (var reader = new ArgumentReader(Options, arguments); reader.Read();)
        {
            // The name and the value of '--arg name value' are words of their own.
            if (reader.Index < skipTo)
            {
                continue;
            }

            if (reader.Option?.Name is "--arg" or "--argjson" or "--slurpfile" or "--rawfile" or "--argfile")
            {
                skipTo = reader.Index + 3;
                if (skipTo <= arguments.Length && reader.Option.Name.EndsWith("file", StringComparison.Ordinal))
                {
                    effects.Reads(arguments[skipTo - 1]);
                }

                for (int i = reader.Index + 1; i < Math.Min(skipTo, arguments.Length); i++)
                {
                    if (arguments[i].IsMany || arguments[i].IsPattern)
                    {
                        effects.Opaque(OpaqueReason.ComputedArgument, "A value of 'jq' may be several words.", arguments[i]);
                    }
                }
            }
            else if (reader.Option?.Name is "--args" or "--jsonargs")
            {
                filesFollow = false;
            }
            else if (TellsOption(ref reader, call, effects))
            {
                continue;
            }
            else if (!hasFilter)
            {
                hasFilter = true;
                filter = reader.Word;
            }
            else if (filesFollow)
            {
                effects.Reads(reader.Word);
            }
        }

        if (filter is { } named)
        {
            if (fromFile)
            {
                RoleTeller.Tell(WordRole.Instructions, named, effects);
            }
            else if (named.Text is null || named.IsVague || named.Text.Contains("import", StringComparison.Ordinal) || named.Text.Contains("include", StringComparison.Ordinal))
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "The filter of 'jq' is computed, or names modules.", named);
            }
        }

        // Definitions of the user are read where the file is there.
        effects.Reads(ProgramEffect.Fixed("~/.jq", call.Program.Position));
    }
}
