namespace IntentAuthz.Containment;

/// <summary>Words made of others.</summary>
internal static class ShellWords
{
    /// <summary>A program starts a shell of its own for a text, as <c>system</c> of the C library does.</summary>
    public static void RunShell(ShellWord script, ProgramEffects effects) => effects.Runs([new ShellWord("sh", script.Position), new ShellWord("-c", script.Position), script]);

    /// <summary>The words with spaces between them; not known where one of them is not.</summary>
    public static ShellWord Join(ReadOnlySpan<ShellWord> words)
    {
        foreach (ShellWord word in words)
        {
            if (word.Text is null || word.IsVague)
            {
                return new ShellWord(null, word.Position);
            }
        }

        return new ShellWord(string.Join(' ', words.ToArray().Select(w => w.Text)), words.IsEmpty ? 0 : words[0].Position);
    }
}
