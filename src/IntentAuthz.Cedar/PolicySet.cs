using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// Policies and templates under unique ids, in a fixed order. Immutable and safe to share; a change makes a new set.
/// </summary>
public sealed class PolicySet
{
    private readonly Dictionary<string, Policy> _policiesById;
    private readonly Dictionary<string, PolicyTemplate> _templatesById;

    private PolicySet(ImmutableArray<Policy> policies, ImmutableArray<PolicyTemplate> templates)
    {
        PolicyArray = policies;
        TemplateArray = templates;
        Policies = policies;
        Templates = templates;
        _policiesById = new(policies.Length, StringComparer.Ordinal);
        _templatesById = new(templates.Length, StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            if (!_policiesById.TryAdd(policy.Id, policy))
            {
                throw DuplicateId(policy.Id);
            }
        }

        foreach (var template in templates)
        {
            if (_policiesById.ContainsKey(template.Id) || !_templatesById.TryAdd(template.Id, template))
            {
                throw DuplicateId(template.Id);
            }
        }
    }

    /// <summary>The set without policies; it denies everything.</summary>
    public static PolicySet Empty { get; } = new([], []);

    /// <summary>The policies, static and linked, in order.</summary>
    public IReadOnlyList<Policy> Policies { get; }

    /// <summary>The templates, in order.</summary>
    public IReadOnlyList<PolicyTemplate> Templates { get; }

    internal ImmutableArray<Policy> PolicyArray { get; }

    private ImmutableArray<PolicyTemplate> TemplateArray { get; }

    /// <summary>
    /// Parses policy text. Policies and templates get the ids <c>policy0</c>, <c>policy1</c>, … in the order of the text;
    /// <see cref="Policy.WithId"/> and <see cref="Create"/> give others.
    /// </summary>
    /// <param name="text">Any number of policies.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <exception cref="CedarSyntaxException">The text has errors; it is refused whole.</exception>
    public static PolicySet Parse(string text, string? sourceName = null) =>
        TryParse(text, sourceName, out var policies, out var diagnostics) ? policies : throw new CedarSyntaxException(diagnostics);

    /// <summary>Parses policy text, as <see cref="Parse"/>, and gives errors as values.</summary>
    /// <param name="text">Any number of policies.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <param name="policies">The set, or null if there are errors.</param>
    /// <param name="diagnostics">The errors in source order, at most <see cref="CedarLimits.MaxDiagnostics"/> and a note that there are more.</param>
    public static bool TryParse(string text, string? sourceName, [NotNullWhen(true)] out PolicySet? policies, out IReadOnlyList<CedarDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        var source = new SourceText(text, sourceName);
        var bag = new DiagnosticBag(source);
        var bodies = PolicyParser.Parse(source, bag);
        diagnostics = bag.ToList();
        policies = bag.Any ? null : FromBodies(bodies);
        return policies is not null;
    }

    /// <summary>Makes a set of policies and templates that have their ids.</summary>
    /// <param name="policies">The policies, static or linked.</param>
    /// <param name="templates">The templates, or null for none. The templates of linked policies need not be among them.</param>
    /// <exception cref="ArgumentException">Two have the same id.</exception>
    public static PolicySet Create(IEnumerable<Policy> policies, IEnumerable<PolicyTemplate>? templates = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return new([.. policies], templates is null ? [] : [.. templates]);
    }

    /// <summary>Reads a set from Cedar's policy-set JSON: an object with <c>templates</c>, <c>staticPolicies</c> and <c>templateLinks</c>.</summary>
    /// <param name="json">The document.</param>
    /// <exception cref="CedarJsonException">The document is not a policy set, an id occurs twice, a link does not fit its template,
    /// or a limit of <see cref="CedarLimits"/> is exceeded.</exception>
    public static PolicySet ParseJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSource.Read(json, PolicySetJson.Read);
    }

    /// <inheritdoc cref="ParseJson(string)"/>
    /// <param name="utf8Json">The document in UTF-8.</param>
    public static PolicySet ParseJson(ReadOnlySpan<byte> utf8Json) => JsonSource.Read(utf8Json, PolicySetJson.Read);

    /// <summary>
    /// The set as Cedar's policy-set JSON, ids included. Read back, it is the same set: static policies first, then links.
    /// </summary>
    public string ToJson() => JsonOutput.Write(writer => PolicySetJson.Write(writer, this));

    private static PolicySet FromBodies(ImmutableArray<PolicyBody> bodies)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>(bodies.Length);
        var templates = ImmutableArray.CreateBuilder<PolicyTemplate>();
        for (var i = 0; i < bodies.Length; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"policy{i}");
            if (bodies[i].HasSlots)
            {
                templates.Add(new(id, bodies[i]));
            }
            else
            {
                policies.Add(new(id, bodies[i]));
            }
        }

        return new(policies.ToImmutable(), templates.ToImmutable());
    }

    private static ArgumentException DuplicateId(string id) =>
        new($"The id '{CedarText.Shorten(id)}' occurs twice. Give each policy and template its own with WithId.");

    /// <summary>The policy of an id, or null.</summary>
    /// <param name="id">The id.</param>
    public Policy? Find(string id) => _policiesById.GetValueOrDefault(id);

    /// <summary>The template of an id, or null.</summary>
    /// <param name="id">The id.</param>
    public PolicyTemplate? FindTemplate(string id) => _templatesById.GetValueOrDefault(id);

    /// <summary>The set with one policy more: a template with its slots filled.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="newId">The id of the new policy.</param>
    /// <param name="principal">The entity for <c>?principal</c>, or null.</param>
    /// <param name="resource">The entity for <c>?resource</c>, or null.</param>
    /// <exception cref="ArgumentException">There is no such template, the id is taken, or the entities do not match the slots.</exception>
    public PolicySet Link(string templateId, string newId, EntityUid? principal = null, EntityUid? resource = null)
    {
        ArgumentNullException.ThrowIfNull(templateId);
        var template = FindTemplate(templateId)
            ?? throw new ArgumentException($"There is no template '{CedarText.Shorten(templateId)}' in this set.", nameof(templateId));
        return new(PolicyArray.Add(template.Link(newId, principal, resource)), TemplateArray);
    }

    /// <summary>
    /// Makes the set ready for many requests. Costs about as much as parsing the policies; for one request of a set,
    /// <see cref="CedarAuthorizer.Authorize"/> is cheaper.
    /// </summary>
    public CompiledPolicySet Compile() => CompiledPolicySet.Create(this);

    /// <summary>The policies and templates as Cedar text, in order: policies first. Ids are not part of the text.</summary>
    public override string ToString() =>
        string.Join("\n\n", Policies.Select(policy => policy.ToString()).Concat(Templates.Select(template => template.ToString())));
}
