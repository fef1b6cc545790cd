namespace IntentAuthz.Testing;

/// <summary>
/// What the guard did is not what the test expected. The message shows the call, the decision, its reason code, the policies that determined
/// it and the explanation. Any test framework reports it as a failure.
/// </summary>
public sealed class PolicyAssertionException : Exception
{
    /// <summary>Makes an exception without a message; the helpers of this package always give one.</summary>
    public PolicyAssertionException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public PolicyAssertionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">The cause.</param>
    public PolicyAssertionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
