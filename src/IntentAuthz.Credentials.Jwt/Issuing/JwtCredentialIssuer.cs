namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Issues signed access tokens (RFC 9068, ES256): each for one target service, one task and one agent, with the delegation it acts under
/// (RFC 8693), the task and its purpose (RFC 9396) and the lease's scopes. Unless told otherwise it binds each token to a key that is made for
/// the lease and never leaves the process (RFC 9449), so that a copied token is worth nothing. The token exists as a <see cref="Secret"/> only;
/// nothing here logs. Safe for use by many threads.
/// </summary>
public sealed class JwtCredentialIssuer : ICredentialIssuer
{
    private static readonly TimeSpan s_maxSkew = TimeSpan.FromMinutes(1);
    private const int MaxIssuerLength = 256; // verifiers take no longer claim

    private readonly JwtKeyRing _keys;
    private readonly RevokedTokens? _revocations;
    private readonly TimeProvider _time;
    private readonly TimeSpan _skew;
    private readonly string _issuer;
    private readonly bool _constrained;

    /// <summary>Makes an issuer.</summary>
    /// <param name="keys">The keys it signs with. The host owns them and rotates them.</param>
    /// <param name="options">What it is called, and whether verifiers ask.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public JwtCredentialIssuer(JwtKeyRing keys, JwtIssuerOptions options)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw new ArgumentException("JwtIssuerOptions.Name is empty; credential profiles need it.", nameof(options));
        }

        if (string.IsNullOrEmpty(options.Issuer) || options.Issuer.Length > MaxIssuerLength || options.Issuer.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"JwtIssuerOptions.Issuer must have 1 to {MaxIssuerLength} characters and no control characters; use an address such as https://agents.bank.example.", nameof(options));
        }

        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > s_maxSkew)
        {
            throw new ArgumentException($"JwtIssuerOptions.ClockSkew is {options.ClockSkew}; set it between zero and {s_maxSkew}.", nameof(options));
        }

        _keys = keys;
        Name = options.Name;
        _issuer = options.Issuer;
        _revocations = options.Revocations;
        _skew = options.ClockSkew;
        _constrained = options.SenderConstrained;
        _time = options.Time ?? throw new ArgumentException("JwtIssuerOptions.Time is null; leave it out for the system's clock.", nameof(options));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary><see cref="RevocationSpeed.Introspected"/> when verifiers ask, else <see cref="RevocationSpeed.ExpiryOnly"/>: a signed token cannot be called back.</summary>
    public RevocationSpeed RevocationSpeed => _revocations is null ? RevocationSpeed.ExpiryOnly : RevocationSpeed.Introspected;

    /// <inheritdoc/>
    public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (string scope in request.Lease.Scopes)
        {
            if (!JwtFormat.IsScope(scope))
            {
                return Refuse($"a scope of the profile '{request.Profile.Name}' is not one word of visible ASCII, and would be read as another in a token; rename it.");
            }
        }

        long issuedAt = _time.GetUtcNow().ToUnixTimeSeconds();
        long expiresAt = (request.Lease.ExpiresAt - _skew).ToUnixTimeSeconds();
        if (expiresAt <= issuedAt)
        {
            return Refuse($"nothing is left of the token's life once the clock skew of {_skew.TotalSeconds} s is subtracted; give the profile or the task more time.");
        }

        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds(expiresAt);
        DpopKey? key = _constrained ? new DpopKey() : null;
        bool issued = false;
        try
        {
            using TokenWriter writer = new(request, _issuer, issuedAt, expiresAt, key?.Thumbprint);
            _keys.Sign(writer, end, static (key, writer) => writer.Sign(key));
            if (writer.Length > JwtCredentialVerifier.MaxTokenLength)
            {
                return Refuse($"the token would have more than {JwtCredentialVerifier.MaxTokenLength} characters, which no verifier takes; shorten names, purpose or scopes, or the chain of sub-tasks.");
            }

            IssueResult made = IssueResult.Issued(writer.ToSecret(), end);
            issued = true;
            return new ValueTask<IssueResult>(key is null ? made : made with { Presentation = new DpopPresentation(key, _time) });
        }
        finally
        {
            if (!issued)
            {
                key?.Dispose();
            }
        }
    }

    /// <summary>Enters the lease among the revoked ones. Where verifiers do not ask there is nothing to be done, and <see cref="RevocationSpeed"/> says so.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Not waited for: taking away does not wait.</param>
    public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _revocations?.Revoke(lease.Id, lease.ExpiresAt);
        return ValueTask.CompletedTask;
    }

    /// <summary>Name and issuer, for logs.</summary>
    public override string ToString() => $"{Name} ({_issuer})";

    private static ValueTask<IssueResult> Refuse(string why) => new(IssueResult.Refused(why));
}
