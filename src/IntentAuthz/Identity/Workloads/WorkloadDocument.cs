namespace IntentAuthz;

/// <summary>By what kind of document a workload proved who it is.</summary>
public enum WorkloadDocument
{
    /// <summary>An X.509-SVID: a certificate whose key the workload holds. Not worth anything to who sees it.</summary>
    X509Svid,

    /// <summary>A JWT-SVID: a token that whoever sees it can present until it expires.</summary>
    JwtSvid,

    /// <summary>Something else, judged by a verifier of the host's.</summary>
    Other,
}
