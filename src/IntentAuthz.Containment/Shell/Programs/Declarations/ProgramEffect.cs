namespace IntentAuthz.Containment;

/// <summary>Something a program does whenever it is called so, on a fixed word or on the word that asked for it.</summary>
internal readonly record struct ProgramEffect(WordRole Role, string? Word);
