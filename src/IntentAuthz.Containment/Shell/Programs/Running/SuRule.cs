namespace IntentAuthz.Containment;

/// <summary><c>su</c>: a shell of another user, with the command of <c>-c</c> or what comes on standard input.</summary>
internal sealed class SuRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        flags -flmpPTV --fast --login --preserve-environment --pty --no-pty
        text -gGw --group --supp-group --whitelist-environment
        shell -c --command --session-command
        run -s --shell
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        effects.Privilege("su: runs with the rights of another");
        bool command = false;
        int operands = 0;
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        using IDisposable? elsewhere = IsLogin(arguments) ? effects.In(new ShellWord(null, call.Program.Position)) : null;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects))
            {
                command |= reader.Option?.Role == WordRole.Shell;
            }
            else if (reader.Word.Text is not "-" && ++operands > 1)
            {
                effects.Opaque(OpaqueReason.UnknownOption, $"'{reader.Word.Text}' is an argument of the shell that 'su' starts.", reader.Word);
            }
        }

        if (!command)
        {
            effects.RunsShellFromInput(call.Program);
        }
    }

    /// <summary>Whether the shell begins in the other's home directory.</summary>
    private static bool IsLogin(ReadOnlySpan<ShellWord> arguments)
    {
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Word.Text is "-" || reader.Option?.Name is "-l" or "--login")
            {
                return true;
            }
        }

        return false;
    }
}
