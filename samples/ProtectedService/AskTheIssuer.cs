using System.Globalization;
using System.Net;

using IntentAuthz.Credentials.Jwt;

namespace ProtectedService;

/// <summary>Asks the issuing process whether a lease still lives. The lease's id is enough, so the token itself does not travel.</summary>
internal sealed class AskTheIssuer(HttpClient http, Uri leases) : ITokenRevocationCheck
{
    public async ValueTask<TokenStanding> GetStandingAsync(JwtCredential credential, string token, CancellationToken cancellationToken)
    {
        using FormUrlEncodedContent question = new(
        [
            KeyValuePair.Create("lease", credential.Lease.Value),
            KeyValuePair.Create("issued_at", credential.IssuedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ]);
        using HttpResponseMessage answer = await http.PostAsync(leases, question, cancellationToken);
        return answer.StatusCode switch
        {
            HttpStatusCode.NoContent => TokenStanding.Live,
            HttpStatusCode.Gone => TokenStanding.Revoked,
            _ => TokenStanding.Unknown, // refused, as is no answer at all
        };
    }
}
