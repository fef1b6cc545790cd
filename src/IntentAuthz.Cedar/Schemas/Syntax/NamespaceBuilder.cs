using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>Collects the declarations of one namespace while they are parsed, and refuses what is declared twice.</summary>
internal sealed class NamespaceBuilder(string name, ImmutableArray<PolicyAnnotation> annotations, TextRange range)
{
    public string Name { get; } = name;

    public List<CommonTypeNode> CommonTypes { get; } = [];

    public List<EntityTypeNode> EntityTypes { get; } = [];

    public List<ActionNode> Actions { get; } = [];

    public bool IsEmpty => CommonTypes.Count + EntityTypes.Count + Actions.Count == 0;

    public NamespaceNode Build(DiagnosticBag errors)
    {
        RefuseDuplicates(CommonTypes.Select(type => (type.Name, type.Range)), "common type", errors);
        RefuseDuplicates(EntityTypes.Select(type => (type.Name, type.Range)), "entity type", errors);
        RefuseDuplicates(Actions.Select(action => (action.Id, action.Range)), "action", errors);
        return new(Name, annotations, [.. CommonTypes], [.. EntityTypes], [.. Actions], range);
    }

    private static void RefuseDuplicates(IEnumerable<(string Name, TextRange Range)> declarations, string what, DiagnosticBag errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (declared, where) in declarations)
        {
            if (!names.Add(declared))
            {
                errors.Add(SchemaCodes.DuplicateDeclaration, where, $"the {what} `{CedarText.Shorten(declared)}` is declared twice in one namespace");
            }
        }
    }
}
