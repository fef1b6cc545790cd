namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The verifying side, for the service that a token is for: form, signature, issuer, audience, time, scopes, the key the token is bound
/// to, the proof of a request (RFC 9449), revocation and replay in one call. Everything that decides how a token is verified is pinned here and nothing of it is read from the token. Verification never throws for
/// what a token holds, and what cannot be answered refuses. Safe for use by many threads; make one and keep it.
/// </summary>
public sealed class JwtCredentialVerifier
{
    /// <summary>The longest token, in characters. A longer one is refused unread.</summary>
    public const int MaxTokenLength = 8 * 1024;

    /// <summary>How far <c>nbf</c> and <c>iat</c> may lie ahead of this verifier's clock. On <c>exp</c> nothing is allowed: the issuer has subtracted the skew.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(5);

    private readonly SignatureCheck _signature = new();
    private readonly IVerificationKeySource _keys;
    private readonly ITokenRevocationCheck? _revocation;
    private readonly IReplayCheck _replays;
    private readonly BindingCheck _binding;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly string _issuer;

    /// <summary>Makes a verifier.</summary>
    /// <param name="options">What it trusts and whom it asks.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public JwtCredentialVerifier(JwtVerifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrEmpty(options.Issuer))
        {
            throw new ArgumentException("JwtVerifierOptions.Issuer is empty; set it to the issuer's 'iss'.", nameof(options));
        }

        if (options.AnswerTimeout < TimeSpan.FromMilliseconds(10) || options.AnswerTimeout > TimeSpan.FromSeconds(30))
        {
            throw new ArgumentException($"JwtVerifierOptions.AnswerTimeout is {options.AnswerTimeout}; set it between 10 ms and 30 seconds.", nameof(options));
        }

        if (options.MaxProofAge < TimeSpan.FromSeconds(5) || options.MaxProofAge > TimeSpan.FromMinutes(5))
        {
            throw new ArgumentException($"JwtVerifierOptions.MaxProofAge is {options.MaxProofAge}; set it between 5 seconds and 5 minutes.", nameof(options));
        }

        _issuer = options.Issuer;
        _keys = options.Keys ?? throw new ArgumentException("JwtVerifierOptions.Keys is null; give the issuer's key ring, key set or JWKS source.", nameof(options));
        _time = options.Time ?? throw new ArgumentException("JwtVerifierOptions.Time is null; leave it out for the system's clock.", nameof(options));
        _revocation = options.Revocation;
        _replays = options.Replays ?? new ReplayCache(time: options.Time);
        _binding = new BindingCheck(options);
        _timeout = options.AnswerTimeout;
    }

    /// <summary>Verifies a bearer token for one service: the plain case. A token that is bound to a key is refused, since nothing proves that the caller holds it.</summary>
    /// <param name="token">The token, as it stands behind <c>Bearer</c>.</param>
    /// <param name="expectedAudience">This service's name, as credential profiles have it. From configuration, never from the request.</param>
    /// <param name="requiredScopes">The scopes that the operation needs, all of them.</param>
    /// <param name="cancellationToken">Ends the wait for keys and for the revocation's answer.</param>
    /// <returns>What the token says, or why it is refused.</returns>
    /// <exception cref="ArgumentException">The audience is empty, or a required scope is no scope: a mistake of the service.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public ValueTask<JwtVerification> VerifyAsync(
        string? token, string expectedAudience, IReadOnlyList<string> requiredScopes, CancellationToken cancellationToken = default) =>
        VerifyAsync(TokenPresentation.Bearer(token), new TokenExpectation(expectedAudience, requiredScopes), cancellationToken);

    /// <summary>
    /// Verifies all that a request showed: the token, the key it is bound to, the proof for just this request, and that none of it was shown
    /// before. What is good once is used up by this call alone, after everything else was found good.
    /// </summary>
    /// <param name="shown">What the request showed.</param>
    /// <param name="expected">What this operation demands.</param>
    /// <param name="cancellationToken">Ends the wait for keys, for the revocation's answer and for the replay check.</param>
    /// <returns>What the token says, or why the request is refused.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<JwtVerification> VerifyAsync(
        TokenPresentation shown, TokenExpectation expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(expected);
        Refusal? refusal = shown.Refusal;
        if (refusal is not null || Read(shown.Token, out refusal) is not { } credential)
        {
            return JwtVerification.Refused(refusal!, shown);
        }

        refusal = await CheckSignatureAsync(shown.Token!, credential, expected.Audience, cancellationToken).ConfigureAwait(false)
            ?? CheckTimes(credential)
            ?? CheckScopes(credential, expected)
            ?? CheckPins(credential, expected);
        Proof? proof = refusal is null ? _binding.Check(shown, credential, out refusal) : null;
        refusal ??= await CheckRevocationAsync(credential, shown.Token!, cancellationToken).ConfigureAwait(false)
            ?? await CheckReplayAsync(credential, proof, expected.OneTime, cancellationToken).ConfigureAwait(false);
        return refusal is null ? JwtVerification.Valid(credential) : JwtVerification.Refused(refusal, shown);
    }

    /// <summary>The token's form, header and claims; nothing is believed yet.</summary>
    private static JwtCredential? Read(string? token, out Refusal? refusal)
    {
        if (string.IsNullOrEmpty(token))
        {
            refusal = new Refusal(JwtRefusalCodes.TokenMissing, "There is no token.");
            return null;
        }

        if (token.Length > MaxTokenLength)
        {
            refusal = new Refusal(JwtRefusalCodes.TokenTooLarge, $"The token has more than {MaxTokenLength} characters.");
            return null;
        }

        if (!TokenParts.TrySplit(token, out TokenParts parts))
        {
            refusal = new Refusal(JwtRefusalCodes.TokenMalformed, "The token is not three parts of canonical base64url.");
            return null;
        }

        return HeaderReader.TryReadKeyId(parts.Header, out refusal) is { } keyId
            ? ClaimsReader.TryRead(parts.Claims, keyId, out refusal)
            : null;
    }

    private async ValueTask<Refusal?> CheckSignatureAsync(
        string token, JwtCredential credential, string expectedAudience, CancellationToken cancellationToken)
    {
        VerificationKeySet keys;
        try
        {
            ValueTask<VerificationKeySet> answer = _keys.GetKeysAsync(credential.KeyId, cancellationToken);
            keys = answer.IsCompletedSuccessfully
                ? answer.Result
                : await answer.AsTask().WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            return new Refusal(JwtRefusalCodes.KeysUnavailable, $"The issuer's keys are not to be had ({e.GetType().Name}).");
        }

        return keys.Find(credential.KeyId) is { } key
            ? await _signature.CheckAsync(token, key, _issuer, expectedAudience).ConfigureAwait(false)
            : new Refusal(JwtRefusalCodes.UnknownKey, "The issuer's key set has no key of the id that the token names.");
    }

    private Refusal? CheckTimes(JwtCredential credential)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now >= credential.ExpiresAt)
        {
            return new Refusal(JwtRefusalCodes.Expired, "The token has expired.");
        }

        if (now + s_ahead < credential.NotBefore)
        {
            return new Refusal(JwtRefusalCodes.NotYetValid, "The token is not good yet; if that surprises, compare the clocks.");
        }

        if (now + s_ahead < credential.IssuedAt)
        {
            return new Refusal(JwtRefusalCodes.IssuedInFuture, "The token was issued in the future; if that surprises, compare the clocks.");
        }

        return credential.ExpiresAt - credential.IssuedAt > CredentialProfile.MaxLifetime
            ? new Refusal(JwtRefusalCodes.LifetimeTooLong, $"The token lives longer than {CredentialProfile.MaxLifetime}, which no credential may.")
            : null;
    }

    private static Refusal? CheckScopes(JwtCredential credential, TokenExpectation expected)
    {
        foreach (string scope in expected.RequiredScopes)
        {
            if (!credential.HasScope(scope))
            {
                return new Refusal(JwtRefusalCodes.InsufficientScope, $"The token lacks the scope '{scope}'.");
            }
        }

        return null;
    }

    private static Refusal? CheckPins(JwtCredential credential, TokenExpectation expected)
    {
        if (expected.Tenant is { } tenant && tenant != credential.Tenant)
        {
            return new Refusal(JwtRefusalCodes.WrongTenant, "The token is of another tenant.");
        }

        if (expected.Agent is { } agent && agent != credential.Agent)
        {
            return new Refusal(JwtRefusalCodes.WrongAgent, "The token is of another agent.");
        }

        return expected.Task is { } task && task != credential.Task
            ? new Refusal(JwtRefusalCodes.WrongTask, "The token is of another task.")
            : null;
    }

    /// <summary>The last step, so that what was refused for another reason uses nothing up and takes no room.</summary>
    private async ValueTask<Refusal?> CheckReplayAsync(JwtCredential credential, Proof? proof, bool oneTime, CancellationToken cancellationToken)
    {
        if (proof is not null
            && (await UseAsync(BindingCheck.ReplayId(proof), _binding.EndOf(proof), JwtRefusalCodes.ProofReplayed, cancellationToken).ConfigureAwait(false)
                ?? _binding.CheckTime(proof)) is { } refusal)
        {
            return refusal;
        }

        return oneTime
            ? await UseAsync(BindingCheck.ReplayId(credential), credential.ExpiresAt, JwtRefusalCodes.TokenReplayed, cancellationToken).ConfigureAwait(false)
                ?? CheckTimes(credential)
            : null;
    }

    private async ValueTask<Refusal?> UseAsync(string id, DateTimeOffset until, string whenSeen, CancellationToken cancellationToken)
    {
        ReplayAnswer answered;
        try
        {
            ValueTask<ReplayAnswer> answer = _replays.UseAsync(id, until, cancellationToken);
            answered = answer.IsCompletedSuccessfully
                ? answer.Result
                : await answer.AsTask().WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            return new Refusal(JwtRefusalCodes.ReplayUnknown, $"Whether the request was sent before is not known ({e.GetType().Name}).");
        }

        return answered switch
        {
            ReplayAnswer.First => null,
            ReplayAnswer.Seen => new Refusal(whenSeen, "What is good once was shown before."),
            ReplayAnswer.Full => new Refusal(JwtRefusalCodes.ReplayCacheFull, "There is no room to remember the request, so it is refused."),
            _ => new Refusal(JwtRefusalCodes.ReplayUnknown, "The replay check cannot tell whether the request was sent before."),
        };
    }

    private async ValueTask<Refusal?> CheckRevocationAsync(JwtCredential credential, string token, CancellationToken cancellationToken)
    {
        if (_revocation is null)
        {
            return null;
        }

        TokenStanding standing;
        try
        {
            ValueTask<TokenStanding> answer = _revocation.GetStandingAsync(credential, token, cancellationToken);
            standing = answer.IsCompletedSuccessfully
                ? answer.Result
                : await answer.AsTask().WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            return new Refusal(JwtRefusalCodes.RevocationUnknown, $"Whether the token was revoked is not known ({e.GetType().Name}).");
        }

        return standing switch
        {
            // Time went by while the answer was waited for.
            TokenStanding.Live => CheckTimes(credential),
            TokenStanding.Revoked => new Refusal(JwtRefusalCodes.Revoked, "The token's lease was unmade."),
            _ => new Refusal(JwtRefusalCodes.RevocationUnknown, "The revocation check cannot tell whether the token was revoked."),
        };
    }
}
