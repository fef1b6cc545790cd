namespace IntentAuthz.Containment;

/// <summary>Something a program does whenever it is called so, on a fixed word or on the word that asked for it.</summary>
internal readonly record struct ProgramEffect(WordRole Role, string? Word)
{
    /// <summary>A word that is written in the table: <c>~/name</c> is in the home directory, <c>^name</c> here or in any directory above.</summary>
    public static ShellWord Fixed(string word, int position) => word switch
    {
        ['~', '/', .. var name] => new ShellWord(name, position) { Place = FilePlace.Home },
        ['^', .. var name] => new ShellWord(name, position) { Place = FilePlace.Above },
        _ => new ShellWord(word, position),
    };

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
            RoleTeller.Tell(Role, Word is null ? cause : Fixed(Word, cause.Position), effects);
        }
    }
}
