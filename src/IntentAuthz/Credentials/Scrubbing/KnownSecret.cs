namespace IntentAuthz;

/// <summary>A secret that is looked for, however many leases have it.</summary>
internal sealed class KnownSecret(UInt128 fingerprint)
{
    internal UInt128 Fingerprint => fingerprint;

    internal List<SecretForm> Forms { get; } = [];

    /// <summary>How many leases have it.</summary>
    internal int Leases { get; set; }

    /// <summary>Whether it is honoured without end, so that it is looked for as long as the process lives.</summary>
    internal bool IsForGood { get; set; }
}
