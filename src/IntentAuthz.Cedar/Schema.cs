using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Schemas.Resolution;

namespace IntentAuthz.Cedar;

/// <summary>
/// What entity types, actions and contexts there are, with every name resolved. Policies are checked against it by
/// <see cref="Validator"/>, requests and entities by the methods here. Immutable and safe to share.
/// </summary>
public sealed partial class Schema
{
    private readonly ImmutableArray<SchemaFragment> _fragments;

    private Schema(ImmutableArray<SchemaFragment> fragments, SchemaContent content)
    {
        _fragments = fragments;
        Content = content;
        Warnings = [.. fragments.SelectMany(fragment => fragment.Warnings)];
    }

    /// <summary>What is allowed but probably a mistake, such as a declaration that hides a built-in type.</summary>
    public IReadOnlyList<CedarDiagnostic> Warnings { get; }

    /// <summary>The fragments the schema was made of.</summary>
    public IReadOnlyList<SchemaFragment> Fragments => _fragments;

    /// <summary>The declared entity types, such as <c>Docs::Folder</c>, in no particular order.</summary>
    public IEnumerable<string> EntityTypes => Content.EntityTypes.Keys;

    /// <summary>The declared actions, groups included, in no particular order.</summary>
    public IEnumerable<EntityUid> Actions => Content.Actions.Keys;

    internal SchemaContent Content { get; }

    /// <summary>Reads a schema in the human-readable form.</summary>
    /// <param name="text">Any number of declarations.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <exception cref="CedarSchemaException">The schema has errors; it is refused whole.</exception>
    public static Schema ParseCedar(string text, string? sourceName = null) => Create([SchemaFragment.ParseCedar(text, sourceName)]);

    /// <summary>Reads a schema in the human-readable form, and gives errors as values.</summary>
    /// <param name="text">Any number of declarations.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <param name="schema">The schema, or null if there are errors.</param>
    /// <param name="errors">The errors, at most <see cref="CedarLimits.MaxDiagnostics"/> and a note that there are more.</param>
    public static bool TryParseCedar(string text, string? sourceName, [NotNullWhen(true)] out Schema? schema, out IReadOnlyList<CedarDiagnostic> errors)
    {
        schema = null;
        return SchemaFragment.TryParseCedar(text, sourceName, out var fragment, out errors) && TryCreate([fragment], out schema, out errors);
    }

    /// <summary>Reads a schema in the JSON form.</summary>
    /// <param name="json">An object of namespaces.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <exception cref="CedarSchemaException">The schema has errors; it is refused whole.</exception>
    public static Schema ParseJson(string json, string? sourceName = null) => Create([SchemaFragment.ParseJson(json, sourceName)]);

    /// <summary>Reads a schema in the JSON form, and gives errors as values.</summary>
    /// <param name="json">An object of namespaces.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <param name="schema">The schema, or null if there are errors.</param>
    /// <param name="errors">The errors, at most <see cref="CedarLimits.MaxDiagnostics"/> and a note that there are more.</param>
    public static bool TryParseJson(string json, string? sourceName, [NotNullWhen(true)] out Schema? schema, out IReadOnlyList<CedarDiagnostic> errors)
    {
        schema = null;
        return SchemaFragment.TryParseJson(json, sourceName, out var fragment, out errors) && TryCreate([fragment], out schema, out errors);
    }

    /// <summary>Puts fragments together. Their names may refer to one another; a namespace may be spread over several.</summary>
    /// <param name="fragments">The fragments.</param>
    /// <exception cref="CedarSchemaException">A name refers to nothing, something is declared twice, or the like.</exception>
    public static Schema Create(IEnumerable<SchemaFragment> fragments) =>
        TryCreate(fragments, out var schema, out var errors) ? schema : throw new CedarSchemaException(errors);

    /// <summary>Puts fragments together, and gives errors as values.</summary>
    /// <param name="fragments">The fragments.</param>
    /// <param name="schema">The schema, or null if there are errors.</param>
    /// <param name="errors">The errors, at most <see cref="CedarLimits.MaxDiagnostics"/> of each fragment and a note that there are more.</param>
    public static bool TryCreate(IEnumerable<SchemaFragment> fragments, [NotNullWhen(true)] out Schema? schema, out IReadOnlyList<CedarDiagnostic> errors)
    {
        ArgumentNullException.ThrowIfNull(fragments);
        var all = fragments.ToImmutableArray();
        schema = SchemaResolver.Resolve(all, out errors) is { } content ? new(all, content) : null;
        return schema is not null;
    }

    /// <summary>The entity types that may be the principal of an action; empty for an action that is not declared.</summary>
    /// <param name="action">The action.</param>
    public IReadOnlyList<string> PrincipalTypesOf(EntityUid action) => Content.Actions.TryGetValue(action, out var info) ? info.Principals : [];

    /// <summary>The entity types that may be the resource of an action; empty for an action that is not declared.</summary>
    /// <param name="action">The action.</param>
    public IReadOnlyList<string> ResourceTypesOf(EntityUid action) => Content.Actions.TryGetValue(action, out var info) ? info.Resources : [];

    /// <summary>The declared actions as entities, with their groups as parents: what <c>action in …</c> needs when policies are evaluated.</summary>
    public IReadOnlyList<Entity> ActionEntities() => [.. Content.Actions.Values.Select(action => new Entity(action.Uid, parents: action.Groups))];

    /// <summary>The schema in the JSON form.</summary>
    /// <exception cref="InvalidOperationException">The schema was made of several fragments; write each of <see cref="Fragments"/>.</exception>
    public string ToJson() => Single().ToJson();

    /// <summary>The schema in the human-readable form, or null where that cannot express it: see <see cref="SchemaFragment.ToCedar"/>.</summary>
    /// <exception cref="InvalidOperationException">The schema was made of several fragments; write each of <see cref="Fragments"/>.</exception>
    public string? ToCedar() => Single().ToCedar();

    private SchemaFragment Single() => _fragments.Length == 1
        ? _fragments[0]
        : throw new InvalidOperationException($"The schema was made of {_fragments.Length} fragments. Write each of Fragments by itself.");
}
