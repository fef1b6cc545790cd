namespace IntentAuthz;

/// <summary>A value that the host vouches for, though it was read in an untrusted source: such as the IBAN of an invoice whose signature was checked. Immutable.</summary>
public sealed class Endorsement
{
    /// <summary>The longest value, in characters.</summary>
    public const int MaxValue = 4096;

    /// <summary>Vouches for a value, for one role of one action.</summary>
    /// <param name="extractor">The name of what found and checked it, for policy and the audit.</param>
    /// <param name="value">The value as a call will have it.</param>
    /// <param name="action">The action's id, as in <c>Action::"pay"</c>.</param>
    /// <param name="role">The role it may have there.</param>
    /// <exception cref="ArgumentException">A name or the value is missing or too long.</exception>
    public Endorsement(string extractor, string value, string action, ArgumentRole role)
    {
        Extractor = Identifier.Validate(extractor, "extractor");
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        if (value.Length > MaxValue)
        {
            throw new ArgumentException($"A value that is vouched for has at most {MaxValue} characters.", nameof(value));
        }

        if (!Enum.IsDefined(role))
        {
            throw new ArgumentOutOfRangeException(nameof(role), role, "Use one of the named roles.");
        }

        Value = value;
        Action = Identifier.Validate(action, "action");
        Role = role;
    }

    /// <summary>What found and checked it.</summary>
    public string Extractor { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>The action it is for.</summary>
    public string Action { get; }

    /// <summary>The role it may have there.</summary>
    public ArgumentRole Role { get; }
}
