using System.Collections.Immutable;
using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>
/// Turns the declarations of any number of fragments into entity types and actions: names are looked up, common types filled
/// in, hierarchies closed. The stages follow one another, and each runs only on what the one before has accepted.
/// </summary>
internal sealed class SchemaResolver
{
    private readonly Definitions _definitions = new();
    private readonly TypeBuilder _types;
    private readonly List<DiagnosticBag> _errors = [];

    private SchemaResolver() => _types = new(_definitions);

    private bool HasErrors => _errors.Exists(bag => bag.Any);

    /// <summary>The content of the schema, or null with the errors.</summary>
    public static SchemaContent? Resolve(IEnumerable<SchemaFragment> fragments, out IReadOnlyList<CedarDiagnostic> errors)
    {
        var resolver = new SchemaResolver();
        var content = resolver.Run(fragments);
        errors = [.. resolver._errors.SelectMany(bag => bag.ToList())];
        return resolver.HasErrors ? null : content;
    }

    private SchemaContent? Run(IEnumerable<SchemaFragment> fragments)
    {
        foreach (var fragment in fragments)
        {
            var errors = new DiagnosticBag(fragment.Source);
            _errors.Add(errors);
            foreach (var @namespace in fragment.Namespaces)
            {
                _definitions.Add(@namespace, errors);
            }
        }

        _definitions.Complete();
        new NameCheck(_definitions).Run();
        return HasErrors || !_types.BuildCommonTypes() ? null : new(BuildEntityTypes(), BuildActions());
    }

    private Dictionary<string, EntityTypeInfo> BuildEntityTypes()
    {
        var parents = _definitions.EntityTypes.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Node.Parents.Select(parent => EntityType(parent, pair.Value.Namespace)).ToArray(),
            StringComparer.Ordinal);
        var result = new Dictionary<string, EntityTypeInfo>(StringComparer.Ordinal);
        if (Hierarchy<string>.TryCreate(parents, StringComparer.Ordinal) is not { } hierarchy)
        {
            ReportTooLarge("entity types");
            return result;
        }

        foreach (var (name, declaration) in _definitions.EntityTypes)
        {
            var node = declaration.Node;
            var attributes = BuildRecord(node.Shape, declaration, $"the shape of `{CedarText.Shorten(name)}`");
            var tags = node.Tags is null ? null : _types.Build(node.Tags, declaration);
            result.Add(name, new(name, attributes, tags, node.EnumIds ?? default, hierarchy.Above(name), hierarchy.Below(name)));
        }

        return result;
    }

    private Dictionary<EntityUid, ActionInfo> BuildActions()
    {
        var groups = _definitions.Actions.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Node.Groups.Select(group => _definitions.ResolveAction(group, pair.Value.Namespace)!.Value).Distinct().ToArray());
        var result = new Dictionary<EntityUid, ActionInfo>();
        if (Hierarchy<EntityUid>.TryCreate(groups, EqualityComparer<EntityUid>.Default) is not { } hierarchy)
        {
            ReportTooLarge("actions");
            return result;
        }

        foreach (var (uid, declaration) in _definitions.Actions)
        {
            if (hierarchy.Above(uid).Contains(uid))
            {
                declaration.Report(SchemaCodes.ActionCycle, declaration.Node.Range, $"the action `{CedarText.Shorten(declaration.Name)}` is in itself", "an action group cannot be in one of its own members");
            }

            var appliesTo = declaration.Node.AppliesTo;
            result.Add(uid, new(
                uid,
                EntityTypes(appliesTo?.Principals, declaration.Namespace),
                EntityTypes(appliesTo?.Resources, declaration.Namespace),
                BuildRecord(appliesTo?.Context, declaration, $"the context of `{CedarText.Shorten(declaration.Name)}`"),
                [.. groups[uid]],
                hierarchy.Above(uid),
                hierarchy.Below(uid)));
        }

        return result;
    }

    private RecordType BuildRecord<T>(TypeNode? node, Declaration<T> declaration, string what)
        where T : SchemaNode
    {
        if (node is null)
        {
            return RecordType.Empty;
        }

        var type = _types.Build(node, declaration);
        if (type is RecordType record)
        {
            return record;
        }

        if (type is not null)
        {
            declaration.Report(SchemaCodes.NotARecord, node.Range, $"{what} must be a record, but is {type}");
        }

        return RecordType.Empty;
    }

    private ImmutableArray<string> EntityTypes(ImmutableArray<NameTypeNode>? names, NamespaceNode @namespace) =>
        names is null ? [] : [.. names.Value.Select(name => EntityType(name, @namespace)).Distinct(StringComparer.Ordinal)];

    private string EntityType(NameTypeNode name, NamespaceNode @namespace) => _definitions.Resolve(name.Name, @namespace, NameKind.Entity)!.Value.Name;

    private void ReportTooLarge(string what) =>
        _errors[0].Add(SchemaCodes.HierarchyTooLarge, default, $"the hierarchy of {what} is too large", "give them fewer or shallower parents");
}
