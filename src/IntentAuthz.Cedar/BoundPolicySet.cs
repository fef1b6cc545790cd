using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>
/// Compiled policies and the entities they speak of, for decisions in tens of nanoseconds. Immutable and safe to share; when
/// policies or entities change, bind anew and swap the reference.
/// </summary>
public sealed class BoundPolicySet
{
    private readonly LiteralTable _literals;
    private readonly RuleEvaluator _evaluator;
    private readonly BoundEntities _bound;

    internal BoundPolicySet(CompiledPolicySet compiled, LiteralTable literals, RuleEvaluator evaluator, EntityStore entities)
    {
        Compiled = compiled;
        Entities = entities;
        _literals = literals;
        _evaluator = evaluator;
        _bound = new(literals, entities);
    }

    /// <summary>The policies.</summary>
    public CompiledPolicySet Compiled { get; }

    /// <summary>The entities.</summary>
    public EntityStore Entities { get; }

    /// <summary>Decides a request, and says which policies determined the decision and which failed.</summary>
    /// <param name="request">The request.</param>
    public CedarResponse Authorize(CedarRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var view = new RequestView(_literals, _bound, request);
        return _evaluator.Authorize(ref view, Entities);
    }

    /// <summary>
    /// Decides a request, and nothing else. Allocates nothing, unless a condition builds a set, a record or an address out of
    /// parts of the request.
    /// </summary>
    /// <param name="request">The request.</param>
    public CedarDecision Decide(CedarRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var view = new RequestView(_literals, _bound, request);
        return _evaluator.Decide(ref view);
    }

    /// <summary>Decides many requests; the answers are those of <see cref="Decide(CedarRequest)"/>, in the same order.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="decisions">Where the decisions go; at least as long as <paramref name="requests"/>.</param>
    /// <exception cref="ArgumentException">There is too little room for the decisions.</exception>
    public void Decide(ReadOnlySpan<CedarRequest> requests, Span<CedarDecision> decisions)
    {
        if (decisions.Length < requests.Length)
        {
            throw new ArgumentException($"There are {requests.Length} requests, but room for {decisions.Length} decisions.", nameof(decisions));
        }

        for (var i = 0; i < requests.Length; i++)
        {
            decisions[i] = Decide(requests[i]);
        }
    }

    /// <summary>Prepares for requests of one layout, which then come as plain values.</summary>
    /// <param name="layout">The layout.</param>
    public LayoutAuthorizer WithLayout(RequestLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new(this, layout, _literals, _evaluator, _bound);
    }
}
