using System.Collections.Concurrent;

namespace IntentAuthz;

/// <summary>
/// The bundles that verifiers trust, one per trust domain. An identity is judged by the bundle of the domain it names and by no other, so a
/// federated domain cannot vouch for the host's own. Bundles are replaced while verifiers serve: each verification works with the bundle it
/// found. Safe for use by many threads.
/// </summary>
public sealed class TrustBundleSet
{
    private readonly ConcurrentDictionary<TrustDomain, TrustBundle> _bundles = new();

    /// <summary>Makes a set.</summary>
    /// <param name="bundles">The first bundles; of two for one domain the one with the higher sequence stays.</param>
    public TrustBundleSet(params IEnumerable<TrustBundle> bundles)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        foreach (TrustBundle bundle in bundles)
        {
            _ = Replace(bundle);
        }
    }

    /// <summary>
    /// Puts a bundle in the place of its domain's older one, at once. A bundle whose <see cref="TrustBundle.Sequence"/> is lower than that of
    /// the one in force is refused: an old document, replayed, would bring back authorities that were taken out. A domain that really
    /// starts anew is removed first. Where either has no sequence, the caller's order counts.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <returns>False when it is older than the one in force, which stays.</returns>
    public bool Replace(TrustBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        TrustBundle inForce = _bundles.AddOrUpdate(
            bundle.TrustDomain,
            static (_, added) => added,
            static (_, old, added) => added.Sequence < old.Sequence ? old : added,
            bundle);
        return ReferenceEquals(inForce, bundle);
    }

    /// <summary>Ends trust in a domain: its documents are refused from now on. Tasks that run are not stopped; revoke their agents.</summary>
    /// <param name="domain">The domain.</param>
    /// <returns>Whether it had a bundle.</returns>
    public bool Remove(TrustDomain domain) => _bundles.TryRemove(TrustDomain.Checked(domain, nameof(domain)), out _);

    /// <summary>The bundle of a domain, or null.</summary>
    /// <param name="domain">The domain.</param>
    public TrustBundle? Find(TrustDomain domain) => _bundles.GetValueOrDefault(TrustDomain.Checked(domain, nameof(domain)));
}
