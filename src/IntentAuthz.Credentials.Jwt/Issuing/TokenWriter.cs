using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Writes one token as bytes, in one buffer that is zeroed when done: the token never is a string here, and no copy of it is left behind.
/// </summary>
internal sealed class TokenWriter : IDisposable
{
    private const int SignatureBytes = 64;

    private readonly byte[] _claims;
    private byte[] _token = [];

    internal TokenWriter(IssueRequest request, string issuer, long issuedAt, long expiresAt, string? keyThumbprint) =>
        _claims = WriteClaims(request, issuer, issuedAt, expiresAt, keyThumbprint);

    /// <summary>How many characters the token has.</summary>
    internal int Length => _token.Length;

    /// <summary>Puts header, claims and signature together.</summary>
    internal void Sign(JwtSigningKey key)
    {
        ReadOnlySpan<byte> header = key.HeaderBase64Url;
        int signed = header.Length + 1 + Base64Url.GetEncodedLength(_claims.Length);

        // Pinned, so that the collector leaves no copies behind when it compacts.
        byte[] token = GC.AllocateUninitializedArray<byte>(signed + 1 + Base64Url.GetEncodedLength(SignatureBytes), pinned: true);
        header.CopyTo(token);
        token[header.Length] = (byte)'.';
        Base64Url.EncodeToUtf8(_claims, token.AsSpan(header.Length + 1));

        Span<byte> signature = stackalloc byte[SignatureBytes];
        key.Sign(token.AsSpan(0, signed), signature);
        token[signed] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, token.AsSpan(signed + 1));
        CryptographicOperations.ZeroMemory(signature);
        _token = token;
    }

    internal Secret ToSecret() => new(_token);

    public void Dispose() => CryptographicOperations.ZeroMemory(_token);

    private static byte[] WriteClaims(IssueRequest request, string issuer, long issuedAt, long expiresAt, string? keyThumbprint)
    {
        AgentTask task = request.Task;
        ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteString("iss"u8, issuer);
        json.WriteString("aud"u8, request.Profile.Audience);
        WriteSubject(json, task);
        json.WriteString("client_id"u8, task.Agent.Id.Value);
        json.WriteString("jti"u8, request.Lease.Id.Value);
        json.WriteNumber("iat"u8, issuedAt);
        json.WriteNumber("nbf"u8, issuedAt);
        json.WriteNumber("exp"u8, expiresAt);
        json.WriteString("scope"u8, string.Join(' ', request.Lease.Scopes));
        json.WriteString("tenant"u8, task.Tenant.Value);
        WriteTask(json, task);
        if (keyThumbprint is not null)
        {
            json.WriteStartObject("cnf"u8);
            json.WriteString("jkt"u8, keyThumbprint);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What the token was given out for, as RFC 9396 has it: the one task, and its purpose.</summary>
    private static void WriteTask(Utf8JsonWriter json, AgentTask task)
    {
        json.WriteStartArray("authorization_details"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, JwtFormat.TaskDetail);
        json.WriteString("identifier"u8, task.Id.Value);
        json.WriteString("purpose"u8, task.Purpose);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>
    /// The delegation as RFC 8693 has it: <c>sub</c> is whom all this is for, <c>act</c> the agent that acts now, and within it those that
    /// entrusted it. Without a user the chain begins with its first agent, which then is the subject.
    /// </summary>
    private static void WriteSubject(Utf8JsonWriter json, AgentTask task)
    {
        Principal? user = task.Delegation.User;
        ImmutableArray<DelegationLink> links = task.Delegation.Links;
        int firstActor = user is null ? 1 : 0;
        json.WriteString("sub"u8, user is null ? links[0].Agent.Value : user.Id);
        json.WriteString("sub_type"u8, user?.Kind switch
        {
            PrincipalKind.Person => JwtFormat.SubjectIsPerson,
            PrincipalKind.Service => JwtFormat.SubjectIsService,
            _ => JwtFormat.SubjectIsAgent,
        });

        for (int i = links.Length - 1; i >= firstActor; i--)
        {
            json.WriteStartObject("act"u8);
            json.WriteString("sub"u8, links[i].Agent.Value);
        }

        for (int i = links.Length - 1; i >= firstActor; i--)
        {
            json.WriteEndObject();
        }
    }
}
