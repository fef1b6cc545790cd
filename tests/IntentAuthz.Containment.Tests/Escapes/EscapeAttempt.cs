namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>One way out that is tried.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Category">What kind of thing it is after.</param>
/// <param name="What">What it does, in words.</param>
public sealed record EscapeAttempt(string Name, string Category, string What)
{
    /// <summary>Whether it shows only after the program has ended, by a mark that it leaves.</summary>
    public bool Outlives => Category == "outliving";
}
