using System.Collections.Frozen;

namespace IntentAuthz.Cedar;

/// <summary>A request of which some parts are not known yet: entities, or attributes of the context. Immutable and safe to share.</summary>
public sealed class PartialRequest
{
    /// <summary>Creates a request.</summary>
    /// <param name="principal">Who acts.</param>
    /// <param name="action">What is done.</param>
    /// <param name="resource">What it is done to.</param>
    /// <param name="context">The attributes of the context that are known, or null for none.</param>
    /// <param name="unknownContext">Names of attributes of the context that are not known: neither their values nor whether they
    /// are there. Whatever is named neither here nor in <paramref name="context"/> is known to be absent.</param>
    /// <exception cref="ArgumentException">An attribute is both known and unknown.</exception>
    public PartialRequest(
        PartialEntity principal, PartialEntity action, PartialEntity resource, CedarRecord? context = null, IEnumerable<string>? unknownContext = null)
    {
        Principal = principal;
        Action = action;
        Resource = resource;
        Context = context ?? CedarRecord.Empty;
        UnknownContext = (unknownContext ?? []).ToFrozenSet(StringComparer.Ordinal);
        foreach (var name in UnknownContext)
        {
            if (Context.ContainsKey(name))
            {
                throw new ArgumentException($"The context attribute '{CedarText.Shorten(name)}' is given a value and called unknown. Leave one of the two out.", nameof(unknownContext));
            }
        }
    }

    /// <summary>Who acts.</summary>
    public PartialEntity Principal { get; }

    /// <summary>What is done.</summary>
    public PartialEntity Action { get; }

    /// <summary>What it is done to.</summary>
    public PartialEntity Resource { get; }

    /// <summary>The attributes of the context that are known.</summary>
    public CedarRecord Context { get; }

    /// <summary>The names of the attributes of the context that are not.</summary>
    public IReadOnlySet<string> UnknownContext { get; }
}
