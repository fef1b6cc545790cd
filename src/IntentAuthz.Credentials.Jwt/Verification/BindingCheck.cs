using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Whether the request comes from who holds the key that the token is bound to. It is asked about tokens that are good otherwise, so that a
/// proof costs a signature only for a token of this issuer.
/// </summary>
internal sealed class BindingCheck
{
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly TimeSpan _maxAge;
    private readonly DpopNonces? _nonces;
    private readonly bool _required;

    internal BindingCheck(JwtVerifierOptions options)
    {
        _time = options.Time;
        _maxAge = options.MaxProofAge;
        _nonces = options.Nonces;
        _required = options.RequireSenderConstraint;
    }

    /// <summary>The proof, when the token is bound and all is well with it; null and no refusal for a bearer token that is taken.</summary>
    internal Proof? Check(TokenPresentation shown, JwtCredential credential, out Refusal? refusal)
    {
        refusal = CheckScheme(shown, credential);
        if (refusal is not null || credential.KeyThumbprint is null)
        {
            return null;
        }

        Proof? proof = ProofReader.TryRead(shown.Proof!, out refusal);
        refusal ??= CheckKey(proof!, credential) ?? CheckRequest(proof!, shown) ?? CheckTime(proof!) ?? CheckNonce(proof!);
        return refusal is null ? proof : null;
    }

    /// <summary>What a proof is remembered by: its id, of its key. Hashed, so that it has one length and tells nothing.</summary>
    internal static string ReplayId(Proof proof) => HashOf("proof", proof.KeyThumbprint, proof.Id);

    /// <summary>What a token that is good once is remembered by.</summary>
    internal static string ReplayId(JwtCredential credential) => HashOf("token", credential.Issuer, credential.Lease.Value);

    /// <summary>When the proof is refused for its age.</summary>
    internal DateTimeOffset EndOf(Proof proof) => proof.IssuedAt + _maxAge;

    internal Refusal? CheckTime(Proof proof)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now >= EndOf(proof))
        {
            return new Refusal(JwtRefusalCodes.ProofTooOld, "The proof was made too long ago.");
        }

        return now + s_ahead < proof.IssuedAt
            ? new Refusal(JwtRefusalCodes.ProofFromFuture, "The proof was made in the future; if that surprises, compare the clocks.")
            : null;
    }

    private Refusal? CheckScheme(TokenPresentation shown, JwtCredential credential)
    {
        if (credential.KeyThumbprint is null)
        {
            return shown.IsDpop || !string.IsNullOrEmpty(shown.Proof)
                ? new Refusal(JwtRefusalCodes.UnboundTokenWithProof, "The token is bound to no key, but was shown as if it were.")
                : _required
                    ? new Refusal(JwtRefusalCodes.SenderConstraintRequired, "The token is bound to no key, and only bound tokens are taken here.")
                    : null;
        }

        if (!shown.IsDpop)
        {
            return new Refusal(JwtRefusalCodes.BoundTokenAsBearer, "The token is bound to a key, but was shown as a bearer token.");
        }

        return string.IsNullOrEmpty(shown.Proof)
            ? new Refusal(JwtRefusalCodes.ProofMissing, "The token is bound to a key, and there is no proof that the caller holds it.")
            : null;
    }

    private static Refusal? CheckKey(Proof proof, JwtCredential credential)
    {
        if (!string.Equals(proof.KeyThumbprint, credential.KeyThumbprint, StringComparison.Ordinal))
        {
            return new Refusal(JwtRefusalCodes.ProofWrongKey, "The proof was made with another key than the token is bound to.");
        }

        return proof.IsSigned() ? null : new Refusal(JwtRefusalCodes.ProofBadSignature, "The proof's signature does not verify with the key it brings.");
    }

    private static Refusal? CheckRequest(Proof proof, TokenPresentation shown)
    {
        if (!string.Equals(proof.Method, shown.Method, StringComparison.Ordinal))
        {
            return new Refusal(JwtRefusalCodes.ProofWrongMethod, "The proof is for a request of another method.");
        }

        if (!HttpAddress.Names(proof.Url, shown.Url!))
        {
            return new Refusal(JwtRefusalCodes.ProofWrongUrl, "The proof is for a request to another address.");
        }

        return string.Equals(proof.TokenHash, DpopFormat.TokenHash(Encoding.ASCII.GetBytes(shown.Token!)), StringComparison.Ordinal)
            ? null
            : new Refusal(JwtRefusalCodes.ProofWrongToken, "The proof is for another token.");
    }

    private Refusal? CheckNonce(Proof proof)
    {
        if (_nonces is null)
        {
            return null;
        }

        if (proof.Nonce is null)
        {
            return new Refusal(JwtRefusalCodes.ProofNonceMissing, "The proof carries no nonce of this service.");
        }

        return _nonces.IsGood(proof.Nonce) ? null : new Refusal(JwtRefusalCodes.ProofNonceWrong, "The proof's nonce is none of this service's, or has run out.");
    }

    private static string HashOf(string kind, string of, string id) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\0{of}\0{id}")));
}
