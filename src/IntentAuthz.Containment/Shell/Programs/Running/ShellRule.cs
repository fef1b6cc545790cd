namespace IntentAuthz.Containment;

/// <summary>The shells themselves: <c>sh -c text</c>, <c>sh script</c>, and a shell that reads its commands from standard input.</summary>
internal sealed class ShellRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        posix
        exits --version --help
        flags -abefhkmnprstuvxBCEHPTD --posix --noprofile --norc --noediting --debugger --restricted --verbose --dump-strings --dump-po-strings
        flags code -il --login
        flags -c
        text -oO +oO
        flags +abefhkmnprstuvxBCEHPT
        script --rcfile --init-file
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        bool command = false;
        bool input = false;
        int next = 0;
        for (; next < arguments.Length; next++)
        {
            ShellWord word = arguments[next];
            if (word.Text is not { Length: > 0 } text)
            {
                break;
            }

            if (text is "-" or "--")
            {
                next++;
                break;
            }

            if (text[0] is not ('-' or '+'))
            {
                break;
            }

            if (text.StartsWith("--", StringComparison.Ordinal))
            {
                TellLong(ref next, arguments, call, effects);
                continue;
            }

            bool named = false;
            foreach (char letter in text.AsSpan(1))
            {
                ProgramOption? option = Options.Find([text[0], letter]);
                if (option is null || word.IsPattern)
                {
                    effects.Opaque(OpaqueReason.UnknownOption, $"The option '{text}' of '{call.Name}' is not known to be harmless.", word);
                    return;
                }

                command |= letter == 'c' && text[0] == '-';
                input |= letter == 's' && text[0] == '-';
                named |= option.Value == OptionValue.Required;
                foreach (ProgramEffect effect in option.Effects)
                {
                    RoleTeller.Tell(effect.Role, word, effects);
                }
            }

            // The name of 'set -o' is the word that follows, wherever the letter stands.
            next += named ? 1 : 0;
        }

        ReadOnlySpan<ShellWord> rest = next < arguments.Length ? arguments[next..] : default;
        if (!rest.IsEmpty && rest[0].IsMany)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, $"What '{call.Name}' runs is computed.", rest[0]);
        }
        else if (command && !rest.IsEmpty)
        {
            effects.RunsShell(rest[0], rest[1..]);
        }
        else if (input || rest.IsEmpty)
        {
            effects.RunsShellFromInput(call.Program, rest);
        }
        else if (rest[0].MayBeOption && next < call.Arguments.Length && rest[0].Text is null)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, $"What '{call.Name}' runs is computed.", rest[0]);
        }
        else
        {
            RoleTeller.Tell(WordRole.Script, rest[0], effects);
            ProjectWords.TellArguments(rest[1..], effects);
        }
    }

    private static void TellLong(ref int next, ReadOnlySpan<ShellWord> arguments, in ProgramCall call, ProgramEffects effects)
    {
        ShellWord word = arguments[next];
        ProgramOption? option = Options.Find(word.Text);
        if (option is null)
        {
            effects.Opaque(OpaqueReason.UnknownOption, $"The option '{word.Text}' of '{call.Name}' is not known to be harmless.", word);
            return;
        }

        foreach (ProgramEffect effect in option.Effects)
        {
            RoleTeller.Tell(effect.Role, word, effects);
        }

        if (option.Value == OptionValue.Required && next + 1 < arguments.Length)
        {
            RoleTeller.Tell(option.Role, arguments[++next], effects);
        }
    }
}
