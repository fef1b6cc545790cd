using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar;

/// <summary>
/// Decides requests of one <see cref="RequestLayout"/>, given as plain values: nothing is built for a request, and the context
/// is never searched by name. Immutable and safe to share.
/// </summary>
public sealed class LayoutAuthorizer
{
    private readonly BoundPolicySet _policies;
    private readonly BoundLayout _bound;

    internal LayoutAuthorizer(BoundPolicySet policies, RequestLayout layout, LiteralTable literals, RuleEvaluator evaluator, BoundEntities entities)
    {
        _policies = policies;
        Layout = layout;
        _bound = new(layout, literals, entities, evaluator.Index);
    }

    /// <summary>The layout.</summary>
    public RequestLayout Layout { get; }

    /// <summary>
    /// Decides a request. Allocates nothing, unless a condition builds a set, a record or an address out of parts of the
    /// request, reads a record of the context as a whole, or compares an entity that neither policies nor store name.
    /// </summary>
    /// <param name="principalId">The id of the principal.</param>
    /// <param name="actionId">The id of the action.</param>
    /// <param name="resourceId">The id of the resource.</param>
    /// <param name="values">One value for each of the layout's context paths.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than the layout has paths, or an id that a policy
    /// compares holds a lone surrogate.</exception>
    public CedarDecision Decide(string principalId, string actionId, string resourceId, params ReadOnlySpan<CedarScalar> values)
    {
        ArgumentNullException.ThrowIfNull(principalId);
        ArgumentNullException.ThrowIfNull(actionId);
        ArgumentNullException.ThrowIfNull(resourceId);
        Layout.CheckCount(values.Length);
        return _bound.Decide(new FlatRequest(principalId, actionId, resourceId, values));
    }

    /// <summary>Decides a request, and says which policies determined the decision and which failed.</summary>
    /// <inheritdoc cref="Decide"/>
    public CedarResponse Authorize(string principalId, string actionId, string resourceId, params ReadOnlySpan<CedarScalar> values)
    {
        ArgumentNullException.ThrowIfNull(principalId);
        ArgumentNullException.ThrowIfNull(actionId);
        ArgumentNullException.ThrowIfNull(resourceId);
        return _policies.Authorize(Layout.CreateRequest(principalId, actionId, resourceId, values));
    }
}
