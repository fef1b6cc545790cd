namespace IntentAuthz.Containment;

/// <summary>A program, or a subcommand of one, that is described by its declaration alone.</summary>
internal sealed class DeclaredProgram : ProgramRule
{
    public required OptionSet Options { get; init; }

    /// <summary>What it does however it is called.</summary>
    public ProgramEffect[] Always { get; init; } = [];

    /// <summary>Null where it takes none.</summary>
    public OperandPattern? Operands { get; init; }

    /// <summary>First arguments with which it only says something about itself.</summary>
    public HashSet<string> Exits { get; init; } = [];

    public Dictionary<string, DeclaredProgram>? Subcommands { get; init; }

    /// <summary>Whether an option names the directory that everything else is relative to.</summary>
    public bool HasDirectory { get; init; }

    /// <summary>Whether it runs code that is not read, so that what is said of its arguments is never all.</summary>
    public bool Foreign { get; init; }

    /// <summary>Where the code lies that it runs and that is not read, if that is known.</summary>
    public string? Code { get; init; }

    /// <summary>Options without which it starts an editor; null where it never does.</summary>
    public string[]? Needs { get; init; }

    /// <summary>For a program that runs the command that its last operands are: what the operands before it mean.</summary>
    public WordRole[]? BeforeCommand { get; init; }

    /// <summary>Whether a shell is started where no command is named.</summary>
    public bool ShellWithoutCommand { get; init; }

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is [{ Text: { } first, IsTree: false }, ..] && Exits.Contains(first))
        {
            return;
        }

        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();

        List<IDisposable>? directories = HasDirectory ? EnterDirectories(arguments, effects) : null;
        foreach (ProgramEffect effect in Always)
        {
            effect.Tell(call.Program, effects);
        }

        if (Code is not null && !NamesSubcommand(arguments))
        {
            effects.RunsCode(ProgramEffect.Fixed(Code, call.Program.Position));
        }

        if (Foreign && !NamesSubcommand(arguments))
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"'{call.Name}' runs what the analysis does not read.", call.Program);
        }

        TellArguments(call, arguments, effects);
        for (int i = (directories?.Count ?? 0) - 1; i >= 0; i--)
        {
            directories![i].Dispose();
        }
    }

    private void TellArguments(in ProgramCall call, scoped ReadOnlySpan<ShellWord> arguments, ProgramEffects effects)
    {
        Span<int> operands = arguments.Length <= 64 ? stackalloc int[64] : new int[arguments.Length];
        int operandCount = 0;
        bool needs = Needs is not null;
        OperandPattern? pattern = null;
        List<OperandPattern>? morePatterns = null;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            switch (reader.Kind)
            {
                case ArgumentKind.Operand when Subcommands is not null:
                    if (reader.Word is { Text: { } named, IsTree: false } && Subcommands.TryGetValue(named, out DeclaredProgram? subcommand))
                    {
                        subcommand.Tell(call.With(call.Arguments[reader.Next..]), effects);
                        return;
                    }

                    if (Operands is null)
                    {
                        if (Foreign)
                        {
                            return;
                        }

                        effects.Opaque(OpaqueReason.UnknownOption, $"Nothing is known of '{call.Name} {reader.Word.Text}'.", reader.Word);
                        return;
                    }

                    operands[operandCount++] = reader.Index;
                    break;
                case ArgumentKind.Operand when BeforeCommand is not null:
                    if (operandCount == BeforeCommand.Length)
                    {
                        effects.Runs(call.Arguments[Math.Min(reader.Index, call.Arguments.Length)..], call.MoreArguments);
                        return;
                    }

                    RoleTeller.Tell(BeforeCommand[operandCount++], reader.Word, effects);
                    break;
                case ArgumentKind.Operand:
                    operands[operandCount++] = reader.Index;
                    break;
                case ArgumentKind.Option:
                    TellOption(ref reader, effects);
                    needs &= !Needs.AsSpan().Contains(reader.Option!.Name);
                    if (reader.Option!.Operands is { } other && other != pattern)
                    {
                        if (pattern is null)
                        {
                            pattern = other;
                        }
                        else
                        {
                            (morePatterns ??= []).Add(other);
                        }
                    }

                    break;
                case ArgumentKind.Unclear when Foreign:
                    operands[operandCount++] = reader.Index;
                    break;
                case ArgumentKind.Unclear when BeforeCommand is not null:
                    effects.Opaque(OpaqueReason.ComputedArgument, $"What '{call.Name}' runs is computed.", reader.Word);
                    return;
                case ArgumentKind.Unclear:
                    if (Options.CanDoMoreThanRead || Subcommands is not null)
                    {
                        effects.Opaque(OpaqueReason.ComputedArgument, $"A word that is not known may be an option of '{call.Name}'; '--' before it or './' at its beginning rules that out.", reader.Word);
                    }
                    else if (Options.CanRead)
                    {
                        TellReadsOfOption(reader.Word, call, effects);
                    }

                    operands[operandCount++] = reader.Index;
                    break;
                case ArgumentKind.UnclearValue:
                    effects.Opaque(OpaqueReason.ComputedArgument, $"The value of '{reader.Option!.Name}' may be several words.", reader.Word);
                    break;
                default:
                    if (Foreign)
                    {
                        break;
                    }

                    effects.Opaque(OpaqueReason.UnknownOption, $"The option '{reader.Word.Text}' of '{call.Name}' is not known to be harmless.", reader.Word);
                    break;
            }
        }

        if (needs)
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"'{call.Name}' starts an editor.", call.Program);
        }

        if (BeforeCommand is not null)
        {
            if (ShellWithoutCommand && pattern is null)
            {
                effects.RunsShellFromInput(call.Program);
            }

            return;
        }

        if (Operands is null && pattern is null)
        {
            if (Foreign)
            {
                return;
            }

            for (int i = 0; i < operandCount; i++)
            {
                effects.Opaque(OpaqueReason.UnknownOption, $"'{call.Name}' is not known to take '{arguments[operands[i]].Text}'.", arguments[operands[i]]);
            }

            return;
        }

        (pattern ?? Operands)!.Tell(arguments, operands[..operandCount], effects);
        foreach (OperandPattern other in morePatterns ?? [])
        {
            other.Tell(arguments, operands[..operandCount], effects);
        }
    }

    /// <summary>A name that can look like an option which reads a file, as `--file=x` does: in the directory, or where a slash of the name leads.</summary>
    private static void TellReadsOfOption(ShellWord word, in ProgramCall call, ProgramEffects effects)
    {
        if (word.Text is not { } text || word.IsTree)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, $"A word that is not known may be an option of '{call.Name}'.", word);
            return;
        }

        effects.Reads(".");
        int slash = text.IndexOf('/');
        if (slash >= 0)
        {
            effects.Reads(word with { Text = text[slash..] });
            effects.Reads(word with { Text = ".." + text[slash..] });
        }
    }

    /// <summary>Whether the first operand is one of the subcommands, which says itself what it does.</summary>
    private bool NamesSubcommand(scoped ReadOnlySpan<ShellWord> arguments)
    {
        if (Subcommands is null)
        {
            return false;
        }

        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Operand)
            {
                return reader.Word is { Text: { } name, IsTree: false } && Subcommands.ContainsKey(name);
            }

            if (reader.Kind != ArgumentKind.Option)
            {
                return false;
            }
        }

        return false;
    }

    public static void TellOption(ref ArgumentReader reader, ProgramEffects effects)
    {
        ProgramOption option = reader.Option!;
        foreach (ProgramEffect effect in option.Effects)
        {
            effect.Tell(new ShellWord(option.Name, reader.Word.Position), effects);
        }

        if (reader.HasValue && option.Role != WordRole.In)
        {
            RoleTeller.Tell(option.Role, reader.Word, effects);
        }
        else if (!reader.HasValue && option.Role is WordRole.Opaque or WordRole.Shell or WordRole.Program or WordRole.Code or WordRole.Script or WordRole.Instructions)
        {
            // Without its value it does what is usual for it, which is no better known.
            effects.Opaque(OpaqueReason.UnknownOption, $"The option '{option.Name}' is not known to be harmless.", reader.Word);
        }
    }

    private List<IDisposable>? EnterDirectories(ReadOnlySpan<ShellWord> arguments, ProgramEffects effects)
    {
        List<IDisposable>? entered = null;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.HasValue && reader.Option!.Role == WordRole.In)
            {
                (entered ??= []).Add(effects.In(reader.Word));
            }
            else if (reader.Kind == ArgumentKind.Operand && Subcommands is not null)
            {
                break;
            }
        }

        return entered;
    }
}
