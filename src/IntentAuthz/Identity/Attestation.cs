namespace IntentAuthz;

/// <summary>How far an agent's identity was proved. Policy sees it as <c>principal.attested</c>.</summary>
public enum Attestation
{
    /// <summary>The host says so and nothing proves it: <c>principal.attested</c> is false.</summary>
    HostAsserted,

    /// <summary>A verifier checked a workload identity document: <c>principal.attested</c> is true.</summary>
    Verified,
}
