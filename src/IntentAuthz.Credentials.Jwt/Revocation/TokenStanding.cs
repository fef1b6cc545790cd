namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a revocation check knows of a token.</summary>
public enum TokenStanding
{
    /// <summary>The check cannot tell, and so the token is refused. The default, so that an answer nobody gave refuses.</summary>
    Unknown = 0,

    /// <summary>The token's lease lives.</summary>
    Live,

    /// <summary>The token's lease was unmade.</summary>
    Revoked,
}
