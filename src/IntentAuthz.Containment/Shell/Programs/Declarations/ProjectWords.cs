namespace IntentAuthz.Containment;

/// <summary>Words that only tools of builds and tests have.</summary>
internal static class ProjectWords
{
    public static void Tell(WordRole role, ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { } text || word.IsVague)
        {
            if (role is WordRole.Test)
            {
                effects.RunsCode(word);
            }
            else
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "What is built or installed is named only when the command runs.", word);
            }

            return;
        }

        switch (role)
        {
            case WordRole.Test when text.Contains('='):
                effects.Opaque(OpaqueReason.UnknownOption, $"'{text}' can change what is run.", word);
                break;
            case WordRole.Test:
                int name = text.IndexOf("::", StringComparison.Ordinal);
                effects.RunsCode(word with { Text = name < 0 ? text : text[..name] });
                break;
            case WordRole.Package when text.StartsWith('.') || text.StartsWith('/'):
                int extras = text.IndexOf('[');
                effects.RunsCode(word with { Text = extras < 0 ? text : text[..extras] });
                break;
            case WordRole.Package:
                effects.Opaque(OpaqueReason.ForeignCode, $"The package '{text}' comes from an index, and its code runs.", word);
                break;
            case WordRole.Target:
                if (text.AsSpan().ContainsAny('=', ':'))
                {
                    effects.Opaque(OpaqueReason.UnknownOption, $"'{text}' can change what is run.", word);
                }

                break;
            default:
                Go(text, word, effects);
                break;
        }
    }

    private static void Go(string text, ShellWord word, ProgramEffects effects)
    {
        if (text.StartsWith('.') || text.StartsWith('/') || text.EndsWith(".go", StringComparison.Ordinal))
        {
            string path = text.EndsWith("...", StringComparison.Ordinal) ? text[..^3].TrimEnd('/') : text;
            effects.RunsCode(word with { Text = path.Length == 0 ? "/" : path });
        }
        else if (text.Contains('@') || text.Contains('.'))
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"The package '{text}' can come from another host, and its code runs.", word);
        }
    }
}
