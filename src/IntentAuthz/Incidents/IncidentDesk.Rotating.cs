using System.Collections.Immutable;
using System.Globalization;

namespace IntentAuthz;

/// <summary>
/// Renews the long-lived secrets that were lent to what was revoked: each once for an incident, however often and by how many it is revoked at a time,
/// since renewing one takes it away from all others who use it. What failed is tried again.
/// </summary>
internal sealed partial class IncidentDesk
{
    private const int MaxToldAtOnce = 32; // as many as an entry holds, whatever characters they have

    /// <summary>One at a time renews the secrets of an incident, and reads what the one before has done. Some incidents share one.</summary>
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1, 1))];

    private readonly DateTimeOffset _startedAt = book.Time.GetUtcNow();

    internal async Task<RotationReport> RotateAsync(Incident incident, string reason)
    {
        SemaphoreSlim turn = _turns[(uint)incident.Id.GetHashCode() % (uint)_turns.Length];
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            return await RotateInTurnAsync(book.Find(incident.Id) ?? incident, reason).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<RotationReport> RotateInTurnAsync(Incident incident, string reason)
    {
        LentCredentials lent = await lentBefore.OfAsync(incident, book.Origin).ConfigureAwait(false);
        lent.Pairs.UnionWith(book.Watched(incident.Id).SelectMany(static t => t.Leases.Lent)); // of a tool that ran for them when it was frozen
        Dictionary<(string, string), SecretRotation> before = IncidentRemains.SinceReopened(incident)
            .Where(r => r.State == RotationState.Rotated && lent.Pairs.Contains((r.Issuer, r.Profile))).ToDictionary(static r => (r.Issuer, r.Profile));
        (string, string)[] due = [.. lent.Pairs.Where(p => !before.ContainsKey(p))];
        ImmutableArray<SecretRotation> rotations = due.Length == 0
            ? []
            : await broker.RotateAsync(due, $"{incident.Id}: {ShownText.Of(reason, 256)}").ConfigureAwait(false);
        string text = TextOf(rotations, before.Count, lent.Unknown.Length);
        int told = 0;
        do
        {
            ImmutableArray<SecretRotation> next = [.. rotations.Skip(told).Take(MaxToldAtOnce)];
            book.Add(book.Entry(incident, IncidentEntryKind.Rotated, "host", text, IncidentRemains.Write(next, lent.Unknown)));
            told += next.Length;
        }
        while (told < rotations.Length);

        return new RotationReport([.. before.Values, .. rotations], lent.Unknown);
    }

    private string TextOf(ImmutableArray<SecretRotation> rotations, int before, int unknown)
    {
        int open = rotations.Count(static r => r.Remains);
        string text = string.Create(CultureInfo.InvariantCulture, $"{open} secrets that were lent have to be replaced by hand");
        if (open == 0)
        {
            text = rotations.IsEmpty && before == 0
                ? string.Create(CultureInfo.InvariantCulture, $"no credential is known to have been lent; this process knows of its own since {_startedAt:u}")
                : "every long-lived secret that is known to have been lent is renewed, or there was none";
        }

        return text
            + (before == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {before} were renewed for this incident before"))
            + (unknown == 0 ? "" : "; what was lent is not known completely");
    }
}
