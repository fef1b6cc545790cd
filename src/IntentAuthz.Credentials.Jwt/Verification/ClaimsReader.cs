using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Reads a token's claims into a credential. Every claim that the issuer writes must be there in the form in which it writes it. This runs
/// before the signature is checked, so that the parser that follows is given nothing unusual; what it reads is believed only afterwards.
/// </summary>
internal static class ClaimsReader
{
    /// <summary>As many agents as tasks can hang one under another.</summary>
    internal const int MaxActors = TaskRegistry.MaxDepth;

    private const int MaxText = 256; // as long as any identifier of the library
    private const int MaxScopes = 128;
    private const long LastSecond = 253_402_300_799; // of the year 9999

    internal static JwtCredential? TryRead(ReadOnlyMemory<byte> utf8, string keyId, out Refusal? refusal)
    {
        using JsonDocument? document = StrictJson.TryRead(utf8, out refusal);
        if (document is null)
        {
            return null;
        }

        Claims claims = new(document.RootElement);
        try
        {
            JwtCredential? credential = Read(ref claims, keyId);
            refusal = claims.Refusal;
            return refusal is null ? credential : null;
        }
        catch (InvalidOperationException)
        {
            refusal = new Refusal(JwtRefusalCodes.TokenMalformed, "The token's claims hold text that is no valid Unicode.");
            return null;
        }
    }

    private static JwtCredential? Read(ref Claims claims, string keyId)
    {
        string issuer = claims.Text("iss");
        string audience = claims.Audience();
        string subject = claims.Text("sub");
        PrincipalKind kind = claims.SubjectKind();
        string agent = claims.Text("client_id");
        string lease = claims.Text("jti");
        string tenant = claims.Text("tenant");
        (string task, string purpose) = claims.TaskDetail();
        ImmutableArray<string> scopes = claims.Scopes();
        DateTimeOffset issuedAt = claims.Time("iat");
        DateTimeOffset notBefore = claims.Time("nbf");
        DateTimeOffset expiresAt = claims.Time("exp");
        ImmutableArray<AgentId> actors = claims.Actors();
        string? thumbprint = claims.KeyThumbprint();
        if (claims.Refusal is not null)
        {
            return null;
        }

        if (expiresAt <= notBefore || expiresAt <= issuedAt)
        {
            claims.Refuse(JwtRefusalCodes.InvalidClaim, "The token ends before it begins.");
            return null;
        }

        // The newest actor is the client, or there is none and the subject itself is.
        string acting = actors.IsEmpty ? subject : actors[0].Value;
        if (!string.Equals(acting, agent, StringComparison.Ordinal) || (actors.IsEmpty && kind != PrincipalKind.Agent))
        {
            claims.Refuse(JwtRefusalCodes.InvalidClaim, "The token's 'client_id' is not the agent that its 'act' or 'sub' says is acting.");
            return null;
        }

        return new JwtCredential
        {
            Lease = new LeaseId(lease),
            Issuer = issuer,
            Audience = audience,
            Subject = subject,
            SubjectKind = kind,
            Agent = new AgentId(agent),
            Tenant = new TenantId(tenant),
            Task = new TaskId(task),
            Purpose = purpose,
            Actors = actors,
            KeyThumbprint = thumbprint,
            Scopes = scopes,
            IssuedAt = issuedAt,
            NotBefore = notBefore,
            ExpiresAt = expiresAt,
            KeyId = keyId,
        };
    }

    /// <summary>Reads claim by claim; the first fault is kept and later answers mean nothing.</summary>
    private ref struct Claims(JsonElement root)
    {
        private readonly JsonElement _root = root;

        internal Refusal? Refusal { get; private set; }

        internal void Refuse(string code, string message) => Refusal ??= new Refusal(code, message);

        internal string Text(string name) => TextOf(_root, name);

        private string TextOf(JsonElement within, string name)
        {
            if (!TryGet(within, name, out JsonElement value))
            {
                return "";
            }

            string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            if (!IsIdentifier(text))
            {
                Refuse(JwtRefusalCodes.InvalidClaim, $"The token's '{name}' is no text of 1 to {MaxText} characters without control characters.");
            }

            return text ?? "";
        }

        internal string Audience()
        {
            if (_root.TryGetProperty("aud"u8, out JsonElement audience) && audience.ValueKind == JsonValueKind.Array)
            {
                Refuse(JwtRefusalCodes.SeveralAudiences, "The token's 'aud' is an array; a token is good for one service.");
                return "";
            }

            return Text("aud");
        }

        internal PrincipalKind SubjectKind()
        {
            switch (Text("sub_type"))
            {
                case JwtFormat.SubjectIsPerson:
                    return PrincipalKind.Person;
                case JwtFormat.SubjectIsService:
                    return PrincipalKind.Service;
                case JwtFormat.SubjectIsAgent:
                    return PrincipalKind.Agent;
                default:
                    Refuse(JwtRefusalCodes.InvalidClaim, "The token's 'sub_type' is not 'person', 'service' or 'agent'.");
                    return PrincipalKind.Agent;
            }
        }

        internal DateTimeOffset Time(string name)
        {
            if (!TryGet(_root, name, out JsonElement value))
            {
                return default;
            }

            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long seconds) || seconds is < 0 or > LastSecond)
            {
                Refuse(JwtRefusalCodes.InvalidClaim, $"The token's '{name}' is no whole number of seconds since 1970.");
                return default;
            }

            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        internal ImmutableArray<string> Scopes()
        {
            if (!TryGet(_root, "scope", out JsonElement value))
            {
                return [];
            }

            string[] scopes = value.ValueKind == JsonValueKind.String ? value.GetString()!.Split(' ') : [];
            if (scopes.Length is 0 or > MaxScopes || Array.Exists(scopes, static s => !JwtFormat.IsScope(s)))
            {
                Refuse(JwtRefusalCodes.InvalidClaim, $"The token's 'scope' is no list of 1 to {MaxScopes} scopes with one blank between them.");
                return [];
            }

            return [.. scopes];
        }

        internal ImmutableArray<AgentId> Actors()
        {
            if (!_root.TryGetProperty("act"u8, out JsonElement act))
            {
                return [];
            }

            ImmutableArray<AgentId>.Builder actors = ImmutableArray.CreateBuilder<AgentId>();
            while (true)
            {
                string? name = act.ValueKind == JsonValueKind.Object && act.TryGetProperty("sub"u8, out JsonElement sub) && sub.ValueKind == JsonValueKind.String
                    ? sub.GetString()
                    : null;
                if (!IsIdentifier(name) || actors.Count == MaxActors)
                {
                    Refuse(JwtRefusalCodes.InvalidClaim, $"The token's 'act' is no chain of at most {MaxActors} actors with a 'sub' each.");
                    return [];
                }

                actors.Add(new AgentId(name!));
                if (!act.TryGetProperty("act"u8, out JsonElement before))
                {
                    return actors.ToImmutable();
                }

                act = before;
            }
        }

        /// <summary>
        /// The one detail that tokens of this issuer have. A second one, another type or a member that is not known could restrict what the token
        /// is for, and must not be passed over (RFC 9396, section 5).
        /// </summary>
        internal (string Task, string Purpose) TaskDetail()
        {
            if (!TryGet(_root, "authorization_details", out JsonElement details))
            {
                return ("", "");
            }

            if (details.ValueKind != JsonValueKind.Array || details.GetArrayLength() != 1 || details[0] is not { ValueKind: JsonValueKind.Object } detail)
            {
                Refuse(JwtRefusalCodes.InvalidClaim, "The token's 'authorization_details' is no array of one object.");
                return ("", "");
            }

            string type = TextOf(detail, "type");
            string task = TextOf(detail, "identifier");
            string purpose = TextOf(detail, "purpose");
            if (type != JwtFormat.TaskDetail || detail.GetPropertyCount() != 3)
            {
                Refuse(JwtRefusalCodes.InvalidClaim, $"The token's 'authorization_details' holds something else than one '{JwtFormat.TaskDetail}' with 'identifier' and 'purpose'.");
            }

            return (task, purpose);
        }

        /// <summary>The key the token is bound to; null for a bearer token. A confirmation that is not understood refuses: it would be a bearer token else.</summary>
        internal string? KeyThumbprint()
        {
            if (!_root.TryGetProperty("cnf"u8, out JsonElement confirmation))
            {
                return null;
            }

            string? thumbprint = confirmation.ValueKind == JsonValueKind.Object
                && confirmation.GetPropertyCount() == 1
                && confirmation.TryGetProperty("jkt"u8, out JsonElement jkt)
                && jkt.ValueKind == JsonValueKind.String
                    ? jkt.GetString()
                    : null;
            if (!DpopFormat.IsThumbprint(thumbprint))
            {
                Refuse(JwtRefusalCodes.InvalidClaim, "The token's 'cnf' is not one 'jkt' with a key's thumbprint.");
            }

            return thumbprint;
        }

        private bool TryGet(JsonElement within, string name, out JsonElement value)
        {
            if (within.TryGetProperty(name, out value))
            {
                return true;
            }

            Refuse(JwtRefusalCodes.MissingClaim, $"The token has no '{name}'.");
            return false;
        }

        /// <summary>What the library's identifiers take; half a surrogate pair was refused when the text was read.</summary>
        private static bool IsIdentifier(string? text)
        {
            if (string.IsNullOrEmpty(text) || text.Length > MaxText)
            {
                return false;
            }

            foreach (char c in text)
            {
                if (char.IsControl(c))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
