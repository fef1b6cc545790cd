using System.Collections.Immutable;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>
/// A policy set made ready for many requests: the names in it are numbers, a request meets only the policies whose scope can
/// concern it, and conditions are trees of typed nodes with constants computed. It answers exactly as
/// <see cref="CedarAuthorizer.Authorize"/> does. Immutable and safe to share; to change policies, compile the new set and
/// swap the reference.
/// </summary>
/// <remarks>
/// <see cref="Decide(CedarRequest, IEntityProvider)"/> allocates nothing, unless a condition builds a set, a record or an address
/// out of parts of the request, or an entity of a provider that is no <see cref="EntityStore"/> lies in more than 32 others. <see cref="Bind"/> is faster still, where the entities are a store that changes more rarely
/// than requests come.
/// </remarks>
public sealed class CompiledPolicySet
{
    private readonly LiteralTable _literals;
    private readonly RuleEvaluator _evaluator;
    private ProvidedEntities? _spare; // room that the last request left behind

    private CompiledPolicySet(PolicySet policies, LiteralTable literals, RuleIndex index)
    {
        Policies = policies;
        _literals = literals;
        _evaluator = new(policies, index);
    }

    /// <summary>The set that was compiled.</summary>
    public PolicySet Policies { get; }

    internal static CompiledPolicySet Create(PolicySet policies)
    {
        var literals = new LiteralTableBuilder();
        var nodes = new NodeCompiler(literals);
        var index = new RuleIndexBuilder(literals);
        for (var i = 0; i < policies.PolicyArray.Length; i++)
        {
            var policy = policies.PolicyArray[i];
            var condition = nodes.Compile(policy.Body.Conditions);
            switch (NodeCompiler.TruthOf(condition))
            {
                case Truth.True:
                    index.Add(policy, i, null);
                    break;
                case Truth.False:
                    // It never applies, and never fails.
                    break;
                default:
                    index.Add(policy, i, condition);
                    break;
            }
        }

        var built = index.Build();
        return new(policies, literals.Build(), built);
    }

    /// <summary>Decides a request, and says which policies determined the decision and which failed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entities">Where entities are found. An exception it throws passes through.</param>
    public CedarResponse Authorize(CedarRequest request, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(entities);
        var provided = Rent(entities);
        try
        {
            var view = new RequestView(_literals, provided, request);
            return _evaluator.Authorize(ref view, entities);
        }
        finally
        {
            Return(provided);
        }
    }

    /// <summary>
    /// Decides a request whose context is read value by value, exactly as with the record that it stands for. Where one permit applies, nothing
    /// fails and every value that is read is a scalar, it allocates nothing; what <see cref="Decide"/> allocates for, it does too.
    /// </summary>
    /// <param name="principal">Who acts.</param>
    /// <param name="action">What is done.</param>
    /// <param name="resource">What it is done to.</param>
    /// <param name="context">Everything else policies may ask about. An exception it throws passes through.</param>
    /// <param name="entities">Where entities are found. An exception it throws passes through.</param>
    public CedarResponse Authorize(CedarEntity principal, CedarEntity action, CedarEntity resource, ICedarContext context, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(entities);
        var provided = Rent(entities);
        try
        {
            var view = new RequestView(_literals, provided, principal, action, resource, context);
            return _evaluator.Authorize(ref view, entities);
        }
        finally
        {
            Return(provided);
        }
    }

    /// <summary>Decides a request, and nothing else: what a forbid has decided is not looked at further.</summary>
    /// <inheritdoc cref="Authorize(CedarRequest, IEntityProvider)"/>
    public CedarDecision Decide(CedarRequest request, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(entities);
        var provided = Rent(entities);
        try
        {
            var view = new RequestView(_literals, provided, request);
            return _evaluator.Decide(ref view);
        }
        finally
        {
            Return(provided);
        }
    }

    /// <summary>Prepares a store for this set: all look-ups by text are done now, but for those of a request's own three entities.</summary>
    /// <param name="entities">The entities. To change them, bind the new store and swap the reference.</param>
    public BoundPolicySet Bind(EntityStore entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        return new(this, _literals, _evaluator, entities);
    }

    private ProvidedEntities Rent(IEntityProvider entities)
    {
        var provided = Interlocked.Exchange(ref _spare, null) ?? new(_literals);
        provided.Begin(entities);
        return provided;
    }

    private void Return(ProvidedEntities provided)
    {
        provided.End();
        Volatile.Write(ref _spare, provided);
    }
}
