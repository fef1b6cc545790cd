using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>One policy: a static one, or a template with its slots filled. Immutable and safe to share.</summary>
public sealed class Policy
{
    internal Policy(string id, PolicyBody body)
        : this(id, body, body.Principal, body.Resource, null)
    {
    }

    internal Policy(string id, PolicyBody body, ScopeConstraint principal, ScopeConstraint resource, string? templateId)
    {
        Id = id;
        Body = body;
        Principal = principal;
        Resource = resource;
        TemplateId = templateId;
    }

    /// <summary>The id, unique in a policy set. It is the key in decisions and errors; <c>@id</c> annotations do not set it.</summary>
    public string Id { get; }

    /// <summary>Permit or forbid.</summary>
    public PolicyEffect Effect => Body.Effect;

    /// <summary>The annotations, in source order; names are unique.</summary>
    public IReadOnlyList<PolicyAnnotation> Annotations => Body.AnnotationList;

    /// <summary>What the scope asks of the principal.</summary>
    public ScopeConstraint Principal { get; }

    /// <summary>What the scope asks of the action.</summary>
    public ScopeConstraint Action => Body.Action;

    /// <summary>What the scope asks of the resource.</summary>
    public ScopeConstraint Resource { get; }

    /// <summary>The template that this policy links, or null for a static policy.</summary>
    public string? TemplateId { get; }

    /// <summary>Where the policy (or its template) stands; unknown for a policy that was not read from text.</summary>
    public SourceSpan Source => Body.GetSpan(Body.Range);

    internal PolicyBody Body { get; }

    /// <summary>
    /// Whether a condition may read an attribute of the context: it names <c>context.attribute</c>, tests for it with <c>has</c>, or uses the
    /// context as a whole value. Looks through the conditions at each call.
    /// </summary>
    /// <param name="attribute">The attribute.</param>
    public bool ReadsContext(string attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return ContextUse.Of(Body).Reads(attribute);
    }

    /// <summary>The annotation of a name, or null.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    public PolicyAnnotation? FindAnnotation(string name)
    {
        foreach (var annotation in Body.Annotations)
        {
            if (string.Equals(annotation.Name, name, StringComparison.Ordinal))
            {
                return annotation;
            }
        }

        return null;
    }

    /// <summary>Reads a policy from Cedar's policy JSON (one policy, without its id).</summary>
    /// <param name="id">The id; not empty.</param>
    /// <param name="json">The document.</param>
    /// <exception cref="CedarJsonException">The document is not a policy, is a template, or exceeds a limit of <see cref="CedarLimits"/>.</exception>
    public static Policy ParseJson(string id, string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(json);
        return JsonSource.Read(json, (source, element) => PolicySetJson.ReadPolicy(source, element, id));
    }

    /// <summary>The policy as Cedar's policy JSON; the id is not part of it. A linked policy is written with its slots filled.</summary>
    public string ToJson() => JsonOutput.Write(writer => PolicyJsonWriter.Write(writer, Body, Principal, Resource));

    /// <summary>The same policy under another id.</summary>
    /// <param name="id">The id; not empty.</param>
    public Policy WithId(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(id, Body, Principal, Resource, TemplateId);
    }

    /// <summary>The policy as Cedar text, in one canonical layout. Parsed again, it is the same policy; comments are not kept.</summary>
    public override string ToString() => PolicyPrinter.Print(Body, Principal, Resource);
}
