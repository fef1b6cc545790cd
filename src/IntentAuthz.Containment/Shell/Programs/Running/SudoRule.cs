namespace IntentAuthz.Containment;

/// <summary><c>sudo</c> and <c>doas</c>: a command with the rights of another.</summary>
internal sealed class SudoRule : ProgramRule
{
    private static readonly OptionSet Sudo = ProgramDeclarations.Options("""
        posix
        flags -ABEHKklnNPSvV --askpass --bell --preserve-groups --set-home --remove-timestamp --reset-timestamp --list --non-interactive --stdin --validate --version --help
        flags --login --shell --edit
        flags -ise
        text? --preserve-env
        text -CghprtTuU --close-from --group --host --prompt --role --type --command-timeout --user --other-user
        in -D --chdir
        opaque -R --chroot -a
        """);

    private static readonly OptionSet Doas = ProgramDeclarations.Options("""
        posix
        flags -Lns
        text -ua
        read -C
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.Arguments;
        effects.Privilege($"{call.Name}: runs with the rights of another");
        bool shell = false;
        bool login = false;
        bool edit = call.Name == "sudoedit";
        List<IDisposable>? directories = null;
        var reader = new ArgumentReader(call.Name == "doas" ? Doas : Sudo, arguments);
        int first = arguments.Length;
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.Option!.Role == WordRole.In)
            {
                (directories ??= []).Add(effects.In(reader.Word));
                continue;
            }

            if (!TellsOption(ref reader, call, effects))
            {
                first = reader.Index;
                break;
            }

            if (reader.Kind == ArgumentKind.Unclear)
            {
                break;
            }

            login |= reader.Option?.Name is "-i" or "--login";
            shell |= reader.Option?.Name is "-i" or "-s" or "--login" or "--shell";
            edit |= reader.Option?.Name is "-e" or "--edit";
        }

        if (login)
        {
            // The command begins in the other's home directory.
            (directories ??= []).Add(effects.In(new ShellWord(null, call.Program.Position)));
        }

        while (first < arguments.Length && arguments[first].Text is { } text && text.IndexOf('=') > 0)
        {
            RoleTeller.Variable(arguments[first++], effects);
        }

        if (edit)
        {
            effects.Opaque(OpaqueReason.ForeignCode, "An editor runs.", call.Program);
            foreach (ShellWord file in arguments[first..])
            {
                RoleTeller.Tell(WordRole.Change, file, effects);
            }
        }
        else if (first < arguments.Length)
        {
            effects.Runs(arguments[first..], call.MoreArguments);
        }
        else if (shell)
        {
            effects.RunsShellFromInput(call.Program);
        }
        else if (call.MoreArguments)
        {
            effects.Opaque(OpaqueReason.ComputedProgram, $"What '{call.Name}' runs is computed.", call.Program);
        }

        for (int i = (directories?.Count ?? 0) - 1; i >= 0; i--)
        {
            directories![i].Dispose();
        }
    }
}
