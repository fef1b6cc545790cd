namespace IntentAuthz.Containment;

/// <summary><c>watch</c>: its operands, joined by spaces, are run by a shell; with <c>-x</c> they are a command.</summary>
internal sealed class WatchRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        posix
        flags -bcCegprtwvfh --beep --color --no-color --errexit --chgexit --precise --no-rerun --no-title --no-wrap
        flags -x --exec
        text? -d --differences
        text -nqs --interval --equexit --shotsdir
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        bool exec = false;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (!TellsOption(ref reader, call, effects))
            {
                ReadOnlySpan<ShellWord> command = arguments[reader.Index..];
                if (exec)
                {
                    effects.Runs(command);
                }
                else
                {
                    ShellWords.RunShell(ShellWords.Join(command), effects);
                }

                return;
            }

            exec |= reader.Option?.Name is "-x" or "--exec";
        }
    }
}
