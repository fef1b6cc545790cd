namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a replay check knows of a proof or of a token that is good once.</summary>
public enum ReplayAnswer
{
    /// <summary>The check cannot tell, and so the request is refused. The default, so that an answer nobody gave refuses.</summary>
    Unknown = 0,

    /// <summary>It was not shown before, and is remembered from now on.</summary>
    First,

    /// <summary>It was shown before.</summary>
    Seen,

    /// <summary>There is no room to remember it, and so the request is refused.</summary>
    Full,
}
