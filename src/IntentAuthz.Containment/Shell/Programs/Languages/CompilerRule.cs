namespace IntentAuthz.Containment;

/// <summary>
/// <c>gcc</c>, <c>g++</c> and <c>clang</c>. The sources name the files that they include, so they count as code whatever is done with them; options that load
/// plugins, pass on options or write more files are not known.
/// </summary>
internal sealed class CompilerRule : ProgramRule
{
    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        if (arguments is [{ Text: "--version" or "-dumpversion" or "-dumpmachine" or "-dumpfullversion" or "-v", IsVague: false }])
        {
            return;
        }

        string? kept = "a.out";
        bool named = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            ShellWord word = arguments[i];
            if (word.Text is not { Length: > 0 } text || word.MayBeOption && word.IsVague)
            {
                effects.Opaque(OpaqueReason.ComputedArgument, $"A word that is not known may be an option of '{call.Name}'.", word);
            }
            else if (text[0] == '@')
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "More options are in a file.", word);
            }
            else if (text[0] != '-' || text.Length == 1)
            {
                RoleTeller.Tell(WordRole.Script, word, effects);
            }
            else if (text is "-o" or "-I" or "-L" or "-D" or "-U" or "-l" or "-x" or "-isystem")
            {
                ShellWord value = ++i < arguments.Length ? arguments[i] : default;
                Value(text, value, effects);
                named |= text == "-o";
            }
            else if (text.Length > 2 && text[..2] is "-o" or "-I" or "-L" or "-D" or "-U" or "-l")
            {
                Value(text[..2], word with { Text = text[2..] }, effects);
                named |= text[1] == 'o';
            }
            else if (text is "-c" or "-S" or "-E" or "-fsyntax-only")
            {
                kept = text is "-c" ? "*.o" : text is "-S" ? "*.s" : null;
            }
            else if (word.IsVague || !IsHarmless(text))
            {
                effects.Opaque(OpaqueReason.UnknownOption, $"The option '{text}' of '{call.Name}' is not known to be harmless.", word);
            }
        }

        effects.Writes("/tmp");
        effects.Deletes("/tmp");
        if (!named && kept is not null)
        {
            effects.Writes(new ShellWord(kept, call.Program.Position) { IsPattern = kept[0] == '*' });
        }
    }

    private static void Value(string option, ShellWord value, ProgramEffects effects)
    {
        if (value.Text is null || value.IsMany || (value.IsPattern && option != "-l"))
        {
            effects.Opaque(OpaqueReason.ComputedArgument, $"The value of '{option}' is named only when the command runs.", value);
        }
        else if (option == "-o")
        {
            effects.Writes(value);
            effects.Deletes(value);
        }
        else if (option is "-I" or "-L" or "-isystem")
        {
            effects.Reads(value);
        }
    }

    private static bool IsHarmless(string option) =>
        option is "-g" or "-g0" or "-g1" or "-g2" or "-g3" or "-ggdb" or "-w" or "-s" or "-pedantic" or "-pedantic-errors" or "-pthread" or "-shared" or "-static" or "-pipe" or "-ansi"
            or "-fPIC" or "-fpic" or "-fPIE" or "-pie" or "-no-pie" or "-m32" or "-m64" or "-march=native" or "-mtune=native" or "-fno-exceptions" or "-fno-rtti" or "-fopenmp" or "-rdynamic"
        || option.StartsWith("-std=", StringComparison.Ordinal)
        || option.StartsWith("-fsanitize=", StringComparison.Ordinal)
        || (option.StartsWith("-O", StringComparison.Ordinal) && option.Length <= 6)
        || (option.StartsWith("-W", StringComparison.Ordinal) && !option.AsSpan().ContainsAny(',', '='));
}
