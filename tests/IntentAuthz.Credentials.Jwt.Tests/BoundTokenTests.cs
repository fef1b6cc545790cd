using System.Net;
using System.Net.Http.Headers;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>Bound tokens on the way they are made on: a real guard, a real issuer, and the presentation that the tool is handed.</summary>
public sealed class BoundTokenTests
{
    private static readonly Uri s_url = new("https://payments.bank.example/v1/orders?state=open");

    [Fact]
    public void A_new_issuer_binds_its_tokens() =>
        Assert.True(new JwtIssuerOptions { Name = "n", Issuer = "i", Revocations = null }.SenderConstrained);

    [Fact]
    public async Task What_a_tool_attaches_is_accepted_each_time_it_attaches_anew()
    {
        await using IssuingHost host = new(constrained: true);
        JwtCredentialVerifier verifier = host.Verifier();
        await host.CallAsync(await host.OpenTaskAsync(), credential =>
        {
            JwtVerification first = Verify(verifier, Attached(credential));
            JwtVerification second = Verify(verifier, Attached(credential));

            Assert.True(first.IsValid, first.ToString());
            Assert.True(second.IsValid, second.ToString());
            Assert.Equal(credential.Lease.Task, first.Credential.Task);
        });
    }

    [Fact]
    public async Task Each_lease_has_a_key_of_its_own()
    {
        await using IssuingHost host = new(constrained: true);
        JwtCredentialVerifier verifier = host.Verifier();
        List<string?> thumbprints = [];
        for (int i = 0; i < 2; i++)
        {
            await host.CallAsync(await host.OpenTaskAsync(), credential => thumbprints.Add(Verify(verifier, Attached(credential)).Credential?.KeyThumbprint));
        }

        Assert.Equal(2, thumbprints.Distinct().Count(t => t is not null));
    }

    [Fact]
    public async Task One_leases_key_proves_nothing_for_the_token_of_another()
    {
        await using IssuingHost host = new(constrained: true);
        List<HttpRequestMessage> requests = [];
        for (int i = 0; i < 2; i++)
        {
            await host.CallAsync(await host.OpenTaskAsync(agent: $"agent-{i}"), credential => requests.Add(Attached(credential)));
        }

        requests[0].Headers.Authorization = requests[1].Headers.Authorization;

        Assert.Equal(JwtRefusalCodes.ProofWrongKey, Verify(host.Verifier(), requests[0]).RefusalCode);
    }

    [Fact]
    public async Task A_lease_that_ended_proves_nothing_more()
    {
        await using IssuingHost host = new(constrained: true);
        AgentTask task = await host.OpenTaskAsync();
        LeasedCredential? kept = null;
        HttpRequestMessage? ahead = null;
        await host.CallAsync(task, credential => (kept, ahead) = (credential, Attached(credential)));

        await host.Guard.Tasks.CompleteAsync(task);

        Assert.Equal(JwtRefusalCodes.Revoked, Verify(host.Verifier(), ahead!).RefusalCode);
        Assert.Throws<ObjectDisposedException>(() => Attached(kept!));
    }

    [Fact]
    public async Task A_disposed_presentation_signs_nothing()
    {
        await using IssuingHost host = new(constrained: true);
        await host.CallAsync(await host.OpenTaskAsync(), credential =>
        {
            credential.Presentation.Dispose();
            Assert.Throws<ObjectDisposedException>(() => Attached(credential));
        });
    }

    [Fact]
    public async Task A_nonce_that_the_service_asks_for_is_taken_up_and_asked_for_once()
    {
        await using IssuingHost host = new(constrained: true);
        DpopNonces nonces = new(time: host.Time);
        JwtCredentialVerifier verifier = new(new JwtVerifierOptions
        {
            Issuer = IssuingHost.Issuer, Keys = host.Keys, Revocation = host.Revocations, Time = host.Time, Nonces = nonces,
        });
        await host.CallAsync(await host.OpenTaskAsync(), credential =>
        {
            HttpRequestMessage request = Attached(credential);
            JwtVerification refused = Verify(verifier, request);
            Assert.Equal(JwtRefusalCodes.ProofNonceMissing, refused.RefusalCode);

            using HttpResponseMessage response = new(HttpStatusCode.Unauthorized) { RequestMessage = request };
            response.Headers.WwwAuthenticate.Add(AuthenticationHeaderValue.Parse(refused.Challenge));
            response.Headers.Add("DPoP-Nonce", nonces.Current);

            Assert.True(credential.Presentation.Observe(response), "the service asked for a nonce: attach and send again");
            Assert.False(credential.Presentation.Observe(response), "asked again with the same nonce, sending once more would not end");
            Assert.True(Verify(verifier, Attached(credential)).IsValid);
        });
    }

    [Fact]
    public async Task A_nonce_of_one_service_is_not_told_to_another()
    {
        await using IssuingHost host = new(constrained: true);
        await host.CallAsync(await host.OpenTaskAsync(), credential =>
        {
            using HttpResponseMessage response = new(HttpStatusCode.OK) { RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://elsewhere.example/") };
            response.Headers.Add("DPoP-Nonce", "theirs");
            credential.Presentation.Observe(response);

            string proof = Attached(credential).Headers.GetValues("DPoP").Single();
            Assert.DoesNotContain("theirs", System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(proof.Split('.')[1])), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Neither_proof_nor_key_shows_in_ToString()
    {
        await using IssuingHost host = new(constrained: true);
        await host.CallAsync(await host.OpenTaskAsync(), credential =>
        {
            string shown = $"{credential.Presentation} {credential}";
            Assert.StartsWith("DPoP by [key ", shown, StringComparison.Ordinal);
            Assert.DoesNotContain(credential.Secret.Reveal(), shown, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_full_replay_cache_has_room_again_once_entries_have_run_out()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new();
        ReplayCache cache = new(capacity: 2, time);
        DateTimeOffset until = time.GetUtcNow().AddMinutes(1);

        Assert.Equal(ReplayAnswer.First, cache.Use("a", until));
        Assert.Equal(ReplayAnswer.Seen, cache.Use("a", until));
        Assert.Equal(ReplayAnswer.First, cache.Use("b", until));
        Assert.Equal(ReplayAnswer.Full, cache.Use("c", until));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(ReplayAnswer.First, cache.Use("c", until.AddMinutes(2)));
        Assert.Equal(1, cache.Count);
    }

    private static HttpRequestMessage Attached(LeasedCredential credential)
    {
        HttpRequestMessage request = new(HttpMethod.Post, s_url);
        credential.Presentation.Attach(request, credential);
        return request;
    }

    private static JwtVerification Verify(JwtCredentialVerifier verifier, HttpRequestMessage request)
    {
        // Nothing that is waited for takes time here: keys, revocations and replays are in memory.
        ValueTask<JwtVerification> verifying = verifier.VerifyAsync(
            TokenPresentation.FromHeaders(
                [request.Headers.Authorization!.ToString()], [.. request.Headers.GetValues("DPoP")], request.Method.Method, request.RequestUri!),
            new TokenExpectation(IssuingHost.Audience, "payments:write"));
        Assert.True(verifying.IsCompleted, "verifying waited for something");
        return verifying.Result;
    }
}
