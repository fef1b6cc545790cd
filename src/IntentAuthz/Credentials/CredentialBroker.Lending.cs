namespace IntentAuthz;

/// <summary>Which tools' calls were given what: a tool that is not trusted any more may have kept it, whichever task it ran for.</summary>
internal sealed partial class CredentialBroker
{
    private readonly Lock _lending = new(); // protects _lentToTools
    private readonly LentSums _lentToTools = new();

    /// <summary>Notes that a call of a tool is given a credential. Calls of one tool with one lease take a look at a field and no lock.</summary>
    internal void NoteGiven(string tool, LeasedCredential credential)
    {
        if (credential.Held is { } held && !ReferenceEquals(held.LastGivenTo, tool))
        {
            lock (_lending)
            {
                _lentToTools.Add(RevocationTarget.Tool(credential.Lease.Tenant, tool), credential.Lease.Issuer, credential.Lease.Profile);
            }

            held.LastGivenTo = tool;
        }
    }

    /// <summary>Adds what the calls of a tool were given.</summary>
    /// <returns>Whether nothing of it was forgotten.</returns>
    internal bool AddGiven(RevocationTarget tool, HashSet<(string Issuer, string Profile)> lent)
    {
        lock (_lending)
        {
            return _lentToTools.AddTo(lent, tool);
        }
    }
}
