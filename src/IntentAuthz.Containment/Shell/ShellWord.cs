namespace IntentAuthz.Containment;

/// <summary>
/// One word of a command as far as it is known before running. What is not known has no text; nothing is guessed.
/// </summary>
/// <param name="Text">The word after expansion and quote removal, or null when it is computed while running.</param>
/// <param name="Position">Where it stands in the text that was analysed, in UTF-16 units.</param>
internal readonly record struct ShellWord(string? Text, int Position)
{
    /// <summary>Whether an unquoted <c>*</c>, <c>?</c> or <c>[</c> stands in it: it becomes every path that matches, or stays as it is.</summary>
    public bool IsPattern { get; init; }

    /// <summary>
    /// Whether it stands for the path that the text names or any path beneath that, as <c>{}</c> behind <c>find src -exec</c> does. With
    /// <see cref="IsPattern"/> for any number of them. As the name of a file it is told like a directory; nothing else can be made of its text.
    /// </summary>
    public bool IsTree { get; init; }

    /// <summary>Whether the text is not what the program gets, but stands for it.</summary>
    public bool IsVague => IsPattern || IsTree;

    /// <summary>Whether it can become no word at all or several, as an unquoted expansion of an unknown value can. Has no text then.</summary>
    public bool IsMany { get; init; }

    /// <summary>Where the file of this name is looked for, for files that programs open of themselves.</summary>
    public FilePlace Place { get; init; }

    /// <summary>
    /// How the word begins, as far as that is known, where the whole of it is not: <c>src/</c> of <c>"src/$name"</c>. Null where the word has a text or
    /// nothing is known. With <see cref="IsMany"/> only the first of the words begins so.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Whether it can stand for a word that begins with <c>-</c>, which the program would take as an option.</summary>
    public bool MayBeOption => (Text is null && (IsMany || string.IsNullOrEmpty(Prefix) || Prefix[0] == '-')) || (Text is not null && Text.Length > 0 && (Text[0] == '-' || (IsVague && Text[0] is '*' or '?' or '[')));

    public static implicit operator ShellWord(string text) => new(text, 0);
}
