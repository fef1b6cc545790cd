namespace IntentAuthz;

/// <summary>How long a credential may still be honoured somewhere after its task ended: what cannot be taken back at once is named and bounded.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Audience">Where it may still be honoured.</param>
/// <param name="Speed">The issuer's declared speed.</param>
/// <param name="Until">The latest moment, in wall-clock time; not later than the task's end when nothing remains.</param>
/// <param name="Confirmed">Whether the issuer confirmed that it unmade the credential. Where not, unmaking it is tried again without end.</param>
/// <param name="IsQueuedDurably">Whether that is written down, so that a restart tries on too. False when it is confirmed.</param>
public readonly record struct ResidualWindow(
    LeaseId Lease, string Audience, RevocationSpeed Speed, DateTimeOffset Until, bool Confirmed, bool IsQueuedDurably);
