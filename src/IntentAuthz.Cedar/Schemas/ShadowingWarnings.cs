using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>Warns where a declaration of the human-readable form hides another: the rules allow it, readers rarely expect it.</summary>
internal static class ShadowingWarnings
{
    public static void Report(IEnumerable<NamespaceNode> namespaces, DiagnosticBag warnings)
    {
        foreach (var @namespace in namespaces)
        {
            var entityTypes = @namespace.EntityTypes.Select(type => type.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var type in @namespace.CommonTypes)
            {
                if (entityTypes.Contains(type.Name))
                {
                    warnings.Add(SchemaCodes.ShadowsEntityType, type.Range, $"the common type `{CedarText.Shorten(type.Name)}` hides the entity type of the same name wherever a type is expected");
                }

                ReportBuiltIn(type.Name, type.Range, warnings);
            }

            foreach (var type in @namespace.EntityTypes)
            {
                ReportBuiltIn(type.Name, type.Range, warnings);
            }
        }
    }

    private static void ReportBuiltIn(string name, TextRange range, DiagnosticBag warnings)
    {
        if (SchemaNames.BuiltIns.Contains(name))
        {
            warnings.Add(SchemaCodes.ShadowsBuiltIn, range, $"`{name}` hides the built-in type of that name", $"the built-in type is `__cedar::{name}`");
        }
    }
}
