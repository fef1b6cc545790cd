namespace IntentAuthz.Cedar.Explaining;

/// <summary>The forms that a condition takes in a sentence.</summary>
internal enum ClauseForm
{
    /// <summary>"amount must be at most 500".</summary>
    Must,

    /// <summary>"amount is at most 500".</summary>
    Is,

    /// <summary>"if the call were approved".</summary>
    Were,
}
