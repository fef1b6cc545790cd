using System.Net.Http.Headers;
using System.Text;

namespace IntentAuthz;

/// <summary>How a credential is shown to its target service over HTTP. An issuer whose credentials need more than a header derives from it.</summary>
public abstract class CredentialPresentation : IDisposable
{
    /// <summary><c>Authorization: Bearer</c> (RFC 6750).</summary>
    public static CredentialPresentation Bearer { get; } = new InAuthorization(static (credential, secret) => new AuthenticationHeaderValue("Bearer", secret));

    /// <summary><c>Authorization: Basic</c> (RFC 7617), with the credential's user name.</summary>
    public static CredentialPresentation Basic { get; } = new InAuthorization(
        static (credential, secret) => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{secret}"))));

    /// <summary>A header of the service's own, such as <c>X-Api-Key</c>.</summary>
    /// <param name="name">The header's name.</param>
    public static CredentialPresentation Header(string name) => new InHeader(Identifier.Validate(name, "header name"));

    /// <summary>Puts the credential on a request that goes to the target service, and to no other.</summary>
    /// <param name="request">The request.</param>
    /// <param name="credential">The credential.</param>
    public abstract void Attach(HttpRequestMessage request, LeasedCredential credential);

    /// <summary>
    /// Takes in what the target service answered, such as the nonce it asks for in the next proof (RFC 9449, section 8). To be called with each
    /// response to a request the credential was attached to.
    /// </summary>
    /// <param name="response">The response, with the request it answers.</param>
    /// <returns>True when the service refused for want of what the response brought: attach again and send once more.</returns>
    public virtual bool Observe(HttpResponseMessage response) => false;

    /// <summary>Clears what it holds, such as the key a token is bound to. Called when the lease ends.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class InAuthorization(Func<LeasedCredential, string, AuthenticationHeaderValue> make) : CredentialPresentation
    {
        public override void Attach(HttpRequestMessage request, LeasedCredential credential) =>
            request.Headers.Authorization = make(credential, credential.Secret.Reveal());
    }

    private sealed class InHeader(string name) : CredentialPresentation
    {
        public override void Attach(HttpRequestMessage request, LeasedCredential credential)
        {
            request.Headers.Remove(name);
            request.Headers.Add(name, credential.Secret.Reveal());
        }
    }
}
