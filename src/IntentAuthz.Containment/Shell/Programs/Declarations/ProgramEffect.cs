namespace IntentAuthz.Containment;

/// <summary>Something a program does whenever it is called so, on a fixed word or on the word that asked for it.</summary>
internal readonly record struct ProgramEffect(WordRole Role, string? Word)
{
    public void Tell(ShellWord cause, ProgramEffects effects)
    {
        if (Role == WordRole.Program && Word is not null)
        {
            // A fixed command: its words are all there are.
            string[] words = Word.Split(' ');
            var command = new ShellWord[words.Length];
            for (int i = 0; i < words.Length; i++)
            {
                command[i] = new ShellWord(words[i], cause.Position);
            }

            effects.Runs(command);
        }
        else
        {
            RoleTeller.Tell(Role, Word is null ? cause : new ShellWord(Word, cause.Position), effects);
        }
    }
}
