namespace IntentAuthz.Cedar;

/// <summary>What validation found in a policy set. Immutable.</summary>
public sealed class ValidationResult
{
    internal ValidationResult(IReadOnlyList<ValidationFinding> errors, IReadOnlyList<ValidationFinding> warnings)
    {
        Errors = errors;
        Warnings = warnings;
    }

    /// <summary>Whether there are no errors. Warnings do not count.</summary>
    public bool IsValid => Errors.Count == 0;

    /// <summary>What makes a policy unfit, policy by policy. The same error in several request environments is given once.</summary>
    public IReadOnlyList<ValidationFinding> Errors { get; }

    /// <summary>What is allowed but probably a mistake: a policy that can never apply, or text that hides something from its reader.</summary>
    public IReadOnlyList<ValidationFinding> Warnings { get; }
}
