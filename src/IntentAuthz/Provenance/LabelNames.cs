namespace IntentAuthz;

/// <summary>The words policies and audit records use for labels, roles and risk; constants, so that naming one allocates nothing.</summary>
internal static class LabelNames
{
    internal static string Name(this Integrity integrity) => integrity switch
    {
        Integrity.Trusted => "trusted",
        Integrity.Known => "known",
        _ => "untrusted",
    };

    internal static string Name(this ValueSource source) => source switch
    {
        ValueSource.UserRequest => "request",
        ValueSource.Parameters => "parameters",
        ValueSource.Endorsed => "endorsed",
        ValueSource.TrustedResult => "trusted",
        ValueSource.KnownResult => "known",
        ValueSource.UntrustedResult => "untrusted",
        _ => "model",
    };

    internal static string Name(this ValueLink link) => link switch
    {
        ValueLink.Derived => "derived",
        ValueLink.Linked => "linked",
        ValueLink.Extreme => "extreme",
        ValueLink.Designated => "designated",
        ValueLink.Host => "host",
        _ => "none",
    };

    internal static string Name(this ContentTie tie) => tie switch
    {
        ContentTie.Dictated => "dictated",
        ContentTie.Free => "free",
        ContentTie.Deviating => "deviating",
        _ => "none",
    };

    internal static string Name(this Confidentiality confidentiality) => confidentiality switch
    {
        Confidentiality.Public => "public",
        Confidentiality.Internal => "internal",
        Confidentiality.Confidential => "confidential",
        _ => "restricted",
    };

    internal static string Name(this ArgumentRole role) => role switch
    {
        ArgumentRole.Command => "command",
        ArgumentRole.Selector => "selector",
        ArgumentRole.Content => "content",
        ArgumentRole.Magnitude => "magnitude",
        ArgumentRole.Time => "time",
        _ => "target",
    };

    internal static string Name(this RiskClass risk) => risk switch
    {
        RiskClass.Low => "low",
        RiskClass.Medium => "medium",
        RiskClass.High => "high",
        _ => "critical",
    };
}
