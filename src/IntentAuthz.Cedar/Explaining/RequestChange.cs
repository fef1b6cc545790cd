namespace IntentAuthz.Cedar;

/// <summary>One difference between a request and another that was tried. Texts are cut where they are long, and hold nothing invisible.</summary>
/// <param name="What">What differs: a path such as <c>context.input.amount</c>, <c>parents of User::"alice"</c>, or the name of a layer that is set aside.</param>
/// <param name="From">What it is now, in words; null where it is not there.</param>
/// <param name="To">What was tried, in words; null where it was taken away.</param>
/// <param name="Sentence">The difference as the end of a sentence that begins with "if": "amount were 500 (it is 900)". It holds for what was tried, and claims nothing of other values.</param>
public sealed record RequestChange(string What, string? From, string? To, string Sentence);
