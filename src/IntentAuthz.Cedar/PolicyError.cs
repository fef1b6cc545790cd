namespace IntentAuthz.Cedar;

/// <summary>A policy that could not be evaluated for a request, and so did not apply.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="Message">What went wrong, for people, in the words of the reference implementation. It names attributes and types, and shows
/// the values of arithmetic that overflows and of texts that an extension function refuses.</param>
/// <param name="Span">The expression that failed, where the policy was read from text.</param>
/// <param name="Help">What to do about it, or null. It may name attributes that the entity or record does have.</param>
public sealed record PolicyError(string PolicyId, string Message, SourceSpan Span, string? Help = null)
{
    /// <summary>The error as one line.</summary>
    public override string ToString() => Help is null ? $"{PolicyId}: {Span}: {Message}" : $"{PolicyId}: {Span}: {Message} ({Help})";
}
