namespace IntentAuthz.Containment;

/// <summary><c>flock</c>: a lock file, then a command, or <c>-c</c> and a text for a shell.</summary>
internal sealed class FlockRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        posix
        flags -sxeunoFvhV --shared --exclusive --unlock --nonblock --nb --close --no-fork --verbose --fcntl
        text -wE --timeout --wait --conflict-exit-code
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.Arguments;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects))
            {
                continue;
            }

            // A number alone is a descriptor that is open already.
            if (reader.Word.Text is not { Length: > 0 } file || file.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                effects.Reads(reader.Word);
                effects.Writes(reader.Word);
            }

            ReadOnlySpan<ShellWord> command = arguments[(reader.Index + 1)..];
            if (command is [{ Text: "-c" or "--command" }, ..])
            {
                ShellWords.RunShell(command.Length > 1 ? command[1] : new ShellWord(null, call.Program.Position), effects);
            }
            else if (!command.IsEmpty)
            {
                effects.Runs(command, call.MoreArguments);
            }
            else if (call.MoreArguments)
            {
                effects.Opaque(OpaqueReason.ComputedProgram, "What 'flock' runs is computed.", call.Program);
            }

            return;
        }
    }
}
