namespace IntentAuthz.Cedar;

/// <summary>A part of a condition and the value it had. Both texts are cut where they are long, and hold nothing invisible.</summary>
/// <param name="Expression">The part, as Cedar text.</param>
/// <param name="Value">Its value in words, or null where it had none.</param>
public sealed record TracedValue(string Expression, string? Value);
