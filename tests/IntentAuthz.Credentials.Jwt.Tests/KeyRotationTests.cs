using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Credentials.Jwt.Tests;

public sealed class KeyRotationTests
{
    [Fact]
    public async Task A_token_of_the_old_key_is_honoured_after_a_rotation_until_it_expires()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromMinutes(5));
        string old = await host.MintAsync();
        host.Keys.Rotate(JwtSigningKey.Generate());

        host.Time.Advance(TimeSpan.FromSeconds(294));
        Assert.True((await host.VerifyAsync(old)).IsValid);

        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await host.VerifyAsync(old)).IsValid);
    }

    [Fact]
    public async Task After_a_rotation_the_new_key_signs()
    {
        await using IssuingHost host = new();
        JwtSigningKey next = JwtSigningKey.Generate();
        host.Keys.Rotate(next);

        JwtVerification verification = await host.VerifyAsync(await host.MintAsync());

        Assert.Equal(next.KeyId, verification.Credential?.KeyId);
    }

    [Fact]
    public async Task The_old_key_stays_in_the_key_set_exactly_until_its_last_token_has_expired()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromMinutes(5));
        string old = host.Keys.SigningKeyId;
        await host.MintAsync();
        host.Time.Advance(TimeSpan.FromMinutes(2));
        await host.MintAsync(); // the last one: ends 415 s after the beginning
        host.Keys.Rotate(JwtSigningKey.Generate());

        host.Time.Advance(TimeSpan.FromSeconds(294));
        Assert.Contains(old, KeyIds(host.Keys));

        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([host.Keys.SigningKeyId], KeyIds(host.Keys));
    }

    [Fact]
    public void A_key_that_has_signed_nothing_leaves_at_once()
    {
        using JwtKeyRing ring = new(JwtSigningKey.Generate());

        ring.Rotate(JwtSigningKey.Generate());

        Assert.Equal([ring.SigningKeyId], KeyIds(ring));
    }

    [Fact]
    public async Task A_key_published_ahead_is_in_the_key_set_but_signs_only_when_its_time_has_come()
    {
        await using IssuingHost host = new();
        string first = host.Keys.SigningKeyId;
        JwtSigningKey next = JwtSigningKey.Generate();
        host.Keys.Rotate(next, publishAhead: TimeSpan.FromMinutes(10));

        Assert.Equal([next.KeyId, first], KeyIds(host.Keys));
        Assert.Equal(first, (await host.VerifyAsync(await host.MintAsync())).Credential?.KeyId);

        host.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(next.KeyId, (await host.VerifyAsync(await host.MintAsync())).Credential?.KeyId);
    }

    [Fact]
    public async Task A_private_key_is_cleared_when_it_no_longer_signs()
    {
        JwtSigningKey old = JwtSigningKey.Generate();
        using JwtKeyRing ring = new(old);

        ring.Rotate(JwtSigningKey.Generate());

        // A host that gives the old key to another ring finds it worth nothing.
        await using IssuingHost host = new(key: old);
        Assert.Equal(ReasonCodes.CredentialFailed, (await host.CallAsync(await host.OpenTaskAsync())).Decision.ReasonCode);
    }

    [Fact]
    public async Task A_disposed_ring_signs_no_more_and_the_call_is_denied()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        host.Keys.Dispose();

        Assert.Equal(ReasonCodes.CredentialFailed, (await host.CallAsync(task)).Decision.ReasonCode);
    }

    [Fact]
    public void The_same_key_twice_is_refused()
    {
        JwtSigningKey key = JwtSigningKey.Generate();
        using JwtKeyRing ring = new(key);

        Assert.Throws<ArgumentException>(() => ring.Rotate(key));
    }

    [Fact]
    public void Keys_take_turns_in_the_order_they_are_brought_in()
    {
        using JwtKeyRing ring = new(JwtSigningKey.Generate(), new FakeTimeProvider());
        ring.Rotate(JwtSigningKey.Generate(), publishAhead: TimeSpan.FromHours(1));

        Assert.Throws<ArgumentException>(() => ring.Rotate(JwtSigningKey.Generate(), publishAhead: TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void The_ring_is_bounded()
    {
        using JwtKeyRing ring = new(JwtSigningKey.Generate(), new FakeTimeProvider());
        for (int i = 1; i < VerificationKeySet.MaxKeys; i++)
        {
            ring.Rotate(JwtSigningKey.Generate(), publishAhead: TimeSpan.FromHours(1));
        }

        Assert.Throws<InvalidOperationException>(() => ring.Rotate(JwtSigningKey.Generate(), publishAhead: TimeSpan.FromHours(1)));
    }

    [Fact]
    public void The_key_set_holds_public_members_and_nothing_else()
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using JwtKeyRing ring = new(JwtSigningKey.FromPkcs8(ecdsa.ExportPkcs8PrivateKey()));

        JsonElement document = JsonElement.Parse(ring.GetJwks());
        JsonElement key = Assert.Single(document.GetProperty("keys").EnumerateArray());

        Assert.Equal(["keys"], document.EnumerateObject().Select(m => m.Name));
        Assert.Equal(["kty", "use", "alg", "crv", "kid", "x", "y"], key.EnumerateObject().Select(m => m.Name));
        Assert.Equal("EC", key.GetProperty("kty").GetString());
        Assert.Equal("sig", key.GetProperty("use").GetString());
        Assert.Equal("ES256", key.GetProperty("alg").GetString());
        Assert.Equal("P-256", key.GetProperty("crv").GetString());
        Assert.Equal(Convert.ToHexString(ecdsa.ExportParameters(false).Q.X!), Convert.ToHexString(System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("x").GetString())));
    }

    [Fact]
    public void A_key_id_is_the_thumbprint_of_RFC_7638()
    {
        using JwtKeyRing ring = new(JwtSigningKey.Generate());
        string jwks = ring.GetJwks();
        Microsoft.IdentityModel.Tokens.JsonWebKey theirs = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(jwks).Keys.Single();

        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(theirs.ComputeJwkThumbprint()), ring.SigningKeyId);
    }

    [Fact]
    public async Task A_published_document_verifies_the_issuers_tokens()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        VerificationKeySet published = VerificationKeySet.Parse(Encoding.UTF8.GetBytes(host.Keys.GetJwks()));

        JwtVerification verification = await host.Verifier(published).VerifyAsync(token, IssuingHost.Audience, ["payments:write"]);

        Assert.True(verification.IsValid, verification.ToString());
    }

    [Theory]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("not pem")]
    [InlineData("")]
    public void What_is_no_private_key_is_refused(string start)
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = start.Contains("PUBLIC", StringComparison.Ordinal) ? ecdsa.ExportSubjectPublicKeyInfoPem() : start;

        Assert.Throws<ArgumentException>(() => JwtSigningKey.FromPem(pem));
    }

    [Fact]
    public void A_private_key_on_another_curve_is_refused()
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<ArgumentException>(() => JwtSigningKey.FromPkcs8(ecdsa.ExportPkcs8PrivateKey()));
        Assert.Throws<ArgumentException>(() => JwtSigningKey.FromPem(ecdsa.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void A_key_from_PEM_has_the_id_it_has_from_DER()
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using JwtSigningKey fromPem = JwtSigningKey.FromPem(ecdsa.ExportPkcs8PrivateKeyPem());
        using JwtSigningKey fromDer = JwtSigningKey.FromPkcs8(ecdsa.ExportPkcs8PrivateKey());

        Assert.Equal(fromDer.KeyId, fromPem.KeyId);
    }

    [Fact]
    public async Task Rotating_while_many_tokens_are_made_loses_none()
    {
        await using IssuingHost host = new();
        AgentTask[] tasks = new AgentTask[64];
        for (int i = 0; i < tasks.Length; i++)
        {
            tasks[i] = await host.OpenTaskAsync();
        }

        Task rotating = Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                host.Keys.Rotate(JwtSigningKey.Generate());
            }
        });
        string[] tokens = await Task.WhenAll(tasks.Select(task => Task.Run(() => host.MintAsync(task))));
        await rotating;

        foreach (string token in tokens)
        {
            JwtVerification verification = await host.VerifyAsync(token);
            Assert.True(verification.IsValid, verification.ToString());
        }
    }

    private static string[] KeyIds(JwtKeyRing ring) =>
        [.. JsonElement.Parse(ring.GetJwks()).GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];
}
