namespace IntentAuthz.Containment;

/// <summary><c>xargs</c>: a command with arguments that come on standard input.</summary>
internal sealed class XargsRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        posix
        flags -0ortpx --null --open-tty --no-run-if-empty --verbose --interactive --exit --show-limits
        text? -eil --eof --replace --max-lines
        text -dEILnPs --delimiter --max-args --max-procs --max-chars --process-slot-var
        read -a --arg-file
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.Arguments;
        string? replaced = null;
        bool isSeparated = false;
        bool fromInput = true;
        bool mayBeNone = true;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (!TellsOption(ref reader, call, effects))
            {
                Run(arguments[reader.Index..], replaced, isSeparated && fromInput ? effects.NamesOnInput : null, mayBeNone, call, effects);
                return;
            }

            if (reader.Kind == ArgumentKind.Unclear)
            {
                return;
            }

            isSeparated |= reader.Option?.Name is "-0" or "--null";
            isSeparated &= reader.Option?.Name is not ("-d" or "--delimiter" or "-E" or "-e" or "--eof");
            fromInput &= reader.Option?.Name is not ("-a" or "--arg-file");
            mayBeNone &= reader.Option?.Name is not ("-r" or "--no-run-if-empty");
            replaced = reader.Option?.Name switch
            {
                "-I" => reader.HasValue ? reader.Word.Text ?? "" : replaced,
                "-i" or "--replace" => reader.HasValue ? reader.Word.Text ?? "" : "{}",
                _ => replaced,
            };
        }

        if (call.MoreArguments)
        {
            effects.Opaque(OpaqueReason.ComputedProgram, "What 'xargs' runs is computed.", call.Program);
        }
        else
        {
            effects.Runs(["echo"], moreArguments: true);
        }
    }

    private static void Run(ReadOnlySpan<ShellWord> command, string? replaced, IReadOnlyList<ShellWord>? names, bool mayBeNone, in ProgramCall call, ProgramEffects effects)
    {
        if (names is not null && !call.MoreArguments && (replaced is null || replaced == "{}"))
        {
            RunOnNames(command, replaced, names, mayBeNone, effects);
            return;
        }

        if (replaced is null)
        {
            effects.Runs(command, moreArguments: true);
            return;
        }

        RunOnUnknown(command, replaced, call, effects);
    }

    /// <summary>The command gets names of which it is known where they lie.</summary>
    private static void RunOnNames(ReadOnlySpan<ShellWord> command, string? replaced, IReadOnlyList<ShellWord> names, bool mayBeNone, ProgramEffects effects)
    {
        if (replaced is not null)
        {
            foreach (ShellWord name in names)
            {
                FoundNames.Run(command, name, isSeveral: false, effects);
            }

            return;
        }

        if (mayBeNone)
        {
            effects.Runs(command);
        }

        effects.Runs([.. command, .. names]);
    }

    private static void RunOnUnknown(ReadOnlySpan<ShellWord> command, string replaced, in ProgramCall call, ProgramEffects effects)
    {
        var words = new ShellWord[command.Length];
        for (int i = 0; i < words.Length; i++)
        {
            ShellWord word = command[i];
            int at = word.Text?.IndexOf(replaced, StringComparison.Ordinal) ?? -1;
            words[i] = at < 0 || replaced.Length == 0 && word.Text is null ? word : new ShellWord(null, word.Position) { Prefix = at > 0 ? word.Text![..at] : null };
        }

        effects.Runs(words, call.MoreArguments);
    }
}
