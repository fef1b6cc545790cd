namespace IntentAuthz;

/// <summary>Names a tenant. It is part of every store key, policy request and digest: nothing reaches across tenants.</summary>
/// <remarks>1 to 256 characters without control characters; compared ordinally. <c>default</c> is no valid value and is refused wherever one is taken.</remarks>
public readonly record struct TenantId
{
    /// <summary>Makes the identifier.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public TenantId(string value) => Value = Identifier.Validate(value, nameof(TenantId));

    /// <summary>The identifier's text.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
