namespace IntentAuthz.Containment;

/// <summary><c>env</c>: variables, then a command.</summary>
internal sealed class EnvRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        posix
        flags -i0v --ignore-environment --null --debug --list-signal-handling
        text -u --unset
        text? --block-signal --default-signal --ignore-signal
        in -C --chdir
        opaque -S --split-string
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.Arguments;
        List<IDisposable>? directories = null;
        var reader = new ArgumentReader(Options, arguments);
        int first = arguments.Length;
        bool empties = false;
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.Option!.Role == WordRole.In)
            {
                (directories ??= []).Add(effects.In(reader.Word));
            }
            else if (reader.Kind == ArgumentKind.Operand && reader.Word.Text == "-")
            {
                // A single dash is --ignore-environment, and what follows may still be options.
                empties = true;
                first = reader.Index + 1;
                reader.EndOptions();
                if (first < arguments.Length && arguments[first].MayBeOption)
                {
                    effects.Opaque(OpaqueReason.UnknownOption, "What follows 'env -' may be an option.", arguments[first]);
                    first = arguments.Length;
                }

                break;
            }
            else if (!TellsOption(ref reader, call, effects))
            {
                first = reader.Index;
                break;
            }
            else if (reader.Kind == ArgumentKind.Unclear)
            {
                break;
            }
            else
            {
                empties |= reader.Option?.Name is "-i" or "--ignore-environment" or "-u" or "--unset";
            }
        }

        while (first < arguments.Length && IsAssignment(arguments[first]))
        {
            RoleTeller.Variable(arguments[first++], effects);
        }

        if (empties && first < arguments.Length && arguments[first].Text is { } program && program.EndsWith("git", StringComparison.Ordinal))
        {
            effects.Opaque(OpaqueReason.UnsupportedConstruct, "Without HOME git has no settings, and asks the network for the machine's name.", arguments[first]);
        }

        if (first < arguments.Length)
        {
            effects.Runs(arguments[first..], call.MoreArguments);
        }
        else if (call.MoreArguments)
        {
            effects.Opaque(OpaqueReason.ComputedProgram, "What 'env' runs is computed.", call.Program);
        }

        for (int i = (directories?.Count ?? 0) - 1; i >= 0; i--)
        {
            directories![i].Dispose();
        }
    }

    /// <summary>Whether a word sets a variable. One of which only the beginning is known can, where that names the variable.</summary>
    private static bool IsAssignment(ShellWord word) => (word.Text ?? (word.IsMany ? null : word.Prefix))?.Contains('=', StringComparison.Ordinal) ?? false;
}
