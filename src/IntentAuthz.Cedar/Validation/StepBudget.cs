namespace IntentAuthz.Cedar.Validation;

/// <summary>What is left of <see cref="CedarLimits.MaxValidationSteps"/>. Once it is spent, validation ends with an error of its own.</summary>
internal sealed class StepBudget(long steps)
{
    private long _left = steps;

    public bool IsSpent => _left < 0;

    /// <summary>Takes steps, and tells whether there were that many.</summary>
    public bool TryTake(long count = 1)
    {
        _left -= count;
        return _left >= 0;
    }
}
