namespace IntentAuthz.Cedar;

/// <summary>The question: may this principal do this action on this resource, in this context? Immutable and safe to share.</summary>
public sealed class CedarRequest
{
    /// <summary>Creates a request.</summary>
    /// <param name="principal">Who acts.</param>
    /// <param name="action">What is done.</param>
    /// <param name="resource">What it is done to.</param>
    /// <param name="context">Everything else policies may ask about, or null for the empty record.</param>
    public CedarRequest(EntityUid principal, EntityUid action, EntityUid resource, CedarRecord? context = null)
    {
        Principal = new CedarEntity(principal);
        Action = new CedarEntity(action);
        Resource = new CedarEntity(resource);
        Context = context ?? CedarRecord.Empty;
    }

    private CedarRequest(CedarEntity principal, CedarEntity action, CedarEntity resource, CedarRecord? context)
    {
        Principal = principal;
        Action = action;
        Resource = resource;
        Context = context ?? CedarRecord.Empty;
    }

    /// <summary>Creates a request of references that are there already, such as <see cref="Entity.Reference"/>.</summary>
    /// <param name="principal">Who acts.</param>
    /// <param name="action">What is done.</param>
    /// <param name="resource">What it is done to.</param>
    /// <param name="context">Everything else policies may ask about, or null for the empty record.</param>
    public static CedarRequest FromReferences(CedarEntity principal, CedarEntity action, CedarEntity resource, CedarRecord? context = null)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(resource);
        return new CedarRequest(principal, action, resource, context);
    }

    /// <summary>Who acts.</summary>
    public CedarEntity Principal { get; }

    /// <summary>What is done.</summary>
    public CedarEntity Action { get; }

    /// <summary>What it is done to.</summary>
    public CedarEntity Resource { get; }

    /// <summary>Everything else policies may ask about.</summary>
    public CedarRecord Context { get; }
}
