namespace IntentAuthz.Containment;

/// <summary><c>fd</c> 8 to 10: everything behind <c>-x</c> or <c>-X</c> is a command.</summary>
internal sealed class FdRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        closed
        flags -HIuasigFLlp0qh1V --hidden --no-ignore --no-ignore-vcs --no-ignore-parent --unrestricted --case-sensitive --ignore-case --glob --regex --fixed-strings
        flags --absolute-path --list-details --follow --full-path --print0 --prune --quiet --show-errors --one-file-system --version --help --strip-cwd-prefix
        text -dtecjES --max-depth --min-depth --exact-depth --type --extension --color --threads --exclude --size --changed-within --changed-before --owner
        text --max-results --path-separator --format --and --max-buffer-time --batch-size -o
        read --ignore-file
        in -C --base-directory
        path --search-path
        flags -xX --exec --exec-batch
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        int operands = 0;
        var reader = new ArgumentReader(Options, arguments);
        bool elsewhere = false;
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.Option!.Name is "-x" or "-X" or "--exec" or "--exec-batch")
            {
                Run(arguments[reader.Next..], effects);
                break;
            }

            if (reader.Kind == ArgumentKind.Option && reader.Option!.Role == WordRole.In)
            {
                effects.Opaque(OpaqueReason.UnknownOption, "A directory to search from is not followed.", reader.Word);
            }
            else if (!TellsOption(ref reader, call, effects) && ++operands > 1)
            {
                effects.Reads(reader.Word);
                elsewhere = true;
            }
        }

        if (!elsewhere)
        {
            effects.Reads(".");
        }
    }

    /// <summary>What it is run on is told by the words alone; where nothing stands for it, it follows.</summary>
    private static void Run(ReadOnlySpan<ShellWord> command, ProgramEffects effects)
    {
        int end = 0;
        bool placed = false;
        var words = new ShellWord[command.Length];
        for (; end < command.Length && command[end].Text != ";"; end++)
        {
            bool here = command[end].Text?.Contains('{', StringComparison.Ordinal) ?? false;
            placed |= here;
            words[end] = here ? new ShellWord(null, command[end].Position) : command[end];
        }

        effects.Runs(words.AsSpan(0, end), moreArguments: !placed);
    }
}
