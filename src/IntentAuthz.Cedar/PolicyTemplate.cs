using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>A policy with a slot for its principal, its resource or both. It decides nothing until it is linked. Immutable.</summary>
public sealed class PolicyTemplate
{
    internal PolicyTemplate(string id, PolicyBody body)
    {
        Id = id;
        Body = body;
    }

    /// <summary>The id, unique in a policy set among policies and templates.</summary>
    public string Id { get; }

    /// <summary>Permit or forbid.</summary>
    public PolicyEffect Effect => Body.Effect;

    /// <summary>The annotations, in source order; names are unique.</summary>
    public IReadOnlyList<PolicyAnnotation> Annotations => Body.AnnotationList;

    /// <summary>What the scope asks of the principal; see <see cref="ScopeConstraint.HasSlot"/>.</summary>
    public ScopeConstraint Principal => Body.Principal;

    /// <summary>What the scope asks of the action.</summary>
    public ScopeConstraint Action => Body.Action;

    /// <summary>What the scope asks of the resource; see <see cref="ScopeConstraint.HasSlot"/>.</summary>
    public ScopeConstraint Resource => Body.Resource;

    /// <summary>Where the template stands; unknown for one that was not read from text.</summary>
    public SourceSpan Source => Body.GetSpan(Body.Range);

    internal PolicyBody Body { get; }

    /// <summary>Fills the slots. Exactly the slots that the template has must be given.</summary>
    /// <param name="id">The id of the new policy; not empty.</param>
    /// <param name="principal">The entity for <c>?principal</c>, or null.</param>
    /// <param name="resource">The entity for <c>?resource</c>, or null.</param>
    /// <exception cref="ArgumentException">A slot has no entity, or an entity has no slot.</exception>
    public Policy Link(string id, EntityUid? principal = null, EntityUid? resource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(id, Body, Fill(Principal, principal, "principal"), Fill(Resource, resource, "resource"), Id);
    }

    private ScopeConstraint Fill(ScopeConstraint constraint, EntityUid? entity, string slot)
    {
        if (constraint.HasSlot != entity is not null)
        {
            throw new ArgumentException(constraint.HasSlot
                ? $"The template '{CedarText.Shorten(Id)}' has the slot ?{slot}; give the entity that fills it."
                : $"The template '{CedarText.Shorten(Id)}' has no slot ?{slot}; leave the entity out.", slot);
        }

        if (entity is { Type: "" })
        {
            throw new ArgumentException("The entity uid has no type; default(EntityUid) names no entity.", slot);
        }

        return entity is { } uid ? constraint.Fill(uid) : constraint;
    }

    /// <summary>Reads a template from Cedar's policy JSON (one template, without its id).</summary>
    /// <param name="id">The id; not empty.</param>
    /// <param name="json">The document.</param>
    /// <exception cref="CedarJsonException">The document is not a template, has no slot, or exceeds a limit of <see cref="CedarLimits"/>.</exception>
    public static PolicyTemplate ParseJson(string id, string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(json);
        return JsonSource.Read(json, (source, element) => PolicySetJson.ReadTemplate(source, element, id));
    }

    /// <summary>The template as Cedar's policy JSON; the id is not part of it.</summary>
    public string ToJson() => JsonOutput.Write(writer => PolicyJsonWriter.Write(writer, Body, Principal, Resource));

    /// <summary>The same template under another id.</summary>
    /// <param name="id">The id; not empty.</param>
    public PolicyTemplate WithId(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(id, Body);
    }

    /// <summary>The template as Cedar text, in one canonical layout.</summary>
    public override string ToString() => PolicyPrinter.Print(Body, Principal, Resource);
}
