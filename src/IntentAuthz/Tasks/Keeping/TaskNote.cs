namespace IntentAuthz;

/// <summary>Something a store keeps of a task. It holds no secret and no argument's value.</summary>
/// <param name="Key">What it is about, unique in its task.</param>
/// <param name="Value">What it says; null, when written, removes it.</param>
public readonly record struct TaskNote(string Key, string? Value)
{
    /// <summary>How the keys of notes begin that say what a task was lent: they count also for a task that does not run.</summary>
    public const string LentPrefix = "lent/";
}
