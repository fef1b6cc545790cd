namespace IntentAuthz;

/// <summary>How widely a value may be shown. Ordered from the most confidential, so that combining takes the lower one and a missing label is the strictest.</summary>
public enum Confidentiality
{
    /// <summary>Only for those who are named.</summary>
    Restricted = 0,

    /// <summary>For those who need it.</summary>
    Confidential = 1,

    /// <summary>For the organisation.</summary>
    Internal = 2,

    /// <summary>For everybody.</summary>
    Public = 3,
}
