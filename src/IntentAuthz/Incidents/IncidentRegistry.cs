using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// The incidents of a host: what detectors have seen that somebody has to look at, and the steps to answer it: freeze, see what is live, export
/// the evidence, revoke and rotate, reopen, close. Safe for use by many threads.
/// </summary>
public sealed class IncidentRegistry
{
    private readonly IncidentBook _book;
    private readonly IncidentDesk _desk;
    private readonly IncidentWatch _watch;

    internal IncidentRegistry(IncidentBook book, IncidentDesk desk, IncidentWatch watch)
    {
        _book = book;
        _desk = desk;
        _watch = watch;
    }

    /// <summary>How many signals would have opened an incident and found as many there as the options allow. They are in the audit.</summary>
    public long LeftOut => _watch.LeftOut;

    /// <summary>The incidents that are not closed, the worst first, then the newest.</summary>
    /// <param name="tenant">Whose; null for all tenants, which is for operators.</param>
    public ImmutableArray<Incident> GetOpen(TenantId? tenant) =>
        [.. _book.Read(i => i.IsOpen && (tenant is null || i.Tenant == tenant)).OrderByDescending(static i => i.Severity).ThenByDescending(static i => i.OpenedAt)];

    /// <summary>Finds an incident; null when there is none of that id in that tenant. Closed ones are forgotten after a while.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public Incident? Find(TenantId tenant, IncidentId id) => _book.Find(id) is { } incident && incident.Tenant == tenant ? incident : null;

    /// <summary>The steps, as a named principal takes them: policy decides each. An agent may take none.</summary>
    /// <param name="by">Who; of the incident's tenant.</param>
    public IncidentResponder As(Principal by)
    {
        ArgumentNullException.ThrowIfNull(by);
        return new IncidentResponder(_desk, new IncidentActor(by, null, null));
    }

    /// <summary>The steps, as the holder of the operator key takes them, in any tenant. All but reopening: giving authority back takes a person whom policy lets.</summary>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="name">Who holds it, for the audit; null when that is not known.</param>
    public IncidentResponder As(OperatorKey key, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new IncidentResponder(_desk, new IncidentActor(null, key, name));
    }
}
