namespace IntentAuthz;

/// <summary>Names one approval request.</summary>
/// <remarks>Made by the library from 128 random bits, so it cannot be guessed or repeated. Compared ordinally.</remarks>
public readonly record struct ApprovalId
{
    /// <summary>Takes an identifier that was made earlier, such as one read back from a store or a web request.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public ApprovalId(string value) => Value = Identifier.Validate(value, nameof(ApprovalId));

    private ApprovalId(Guid random) => Value = string.Create(null, stackalloc char[40], $"appr_{random:N}");

    /// <summary>The identifier's text.</summary>
    public string Value { get; }

    internal static ApprovalId New() => new(Guid.NewGuid());

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
