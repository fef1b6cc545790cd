namespace IntentAuthz;

/// <summary>What became of renewing a long-lived secret.</summary>
public enum RotationState
{
    /// <summary>It was renewed; the old one is good nowhere any more.</summary>
    Rotated,

    /// <summary>There is none: each lease has a secret of its own, and unmaking the lease ends it.</summary>
    NotNeeded,

    /// <summary>There is one and the issuer cannot renew it: somebody has to, by hand.</summary>
    CannotRotate,

    /// <summary>Renewing it failed, or took too long: the old one may be good still.</summary>
    Failed,
}
