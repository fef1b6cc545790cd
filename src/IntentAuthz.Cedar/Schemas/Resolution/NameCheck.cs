using IntentAuthz.Cedar.Schemas.Syntax;

namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>Looks up every name of a schema and reports those that refer to nothing, all of them in one run.</summary>
internal sealed class NameCheck(Definitions definitions)
{
    public void Run()
    {
        foreach (var declaration in definitions.CommonTypes.Values)
        {
            Check(declaration.Node.Definition, declaration);
        }

        foreach (var declaration in definitions.EntityTypes.Values)
        {
            var node = declaration.Node;
            foreach (var parent in node.Parents)
            {
                CheckEntityType(parent, declaration);
            }

            Check(node.Shape, declaration);
            Check(node.Tags, declaration);
        }

        foreach (var declaration in definitions.Actions.Values)
        {
            CheckAction(declaration);
        }
    }

    private void CheckAction(Declaration<ActionNode> declaration)
    {
        foreach (var group in declaration.Node.Groups)
        {
            if (definitions.ResolveAction(group, declaration.Namespace) is null)
            {
                declaration.Report(SchemaCodes.UnknownAction, group.Range, $"the action `{CedarText.Shorten(group.Id)}` is not declared", definitions.SuggestAction(group.Id));
            }
        }

        if (declaration.Node.AppliesTo is not { } appliesTo)
        {
            return;
        }

        foreach (var type in appliesTo.Principals.Concat(appliesTo.Resources))
        {
            CheckEntityType(type, declaration);
        }

        Check(appliesTo.Context, declaration);
    }

    // Parents, principals and resources must be declared types; the type of actions is none.
    private void CheckEntityType<T>(NameTypeNode name, Declaration<T> declaration)
        where T : SchemaNode
    {
        if (definitions.Resolve(name.Name, declaration.Namespace, NameKind.Entity) is not { } resolved || !definitions.EntityTypes.ContainsKey(resolved.Name))
        {
            declaration.Report(SchemaCodes.UnknownEntityType, name.Range, $"the entity type `{CedarText.Shorten(name.Name)}` is not declared", definitions.Suggest(name.Name, declaration.Namespace, NameKind.Entity));
        }
    }

    private void Check<T>(TypeNode? type, Declaration<T> declaration)
        where T : SchemaNode
    {
        switch (type)
        {
            case SetTypeNode set:
                Check(set.Element, declaration);
                break;
            case RecordTypeNode record:
                foreach (var attribute in record.Attributes)
                {
                    Check(attribute.Type, declaration);
                }

                break;
            case NameTypeNode name when definitions.Resolve(name.Name, declaration.Namespace, name.Kind) is null:
                declaration.Report(SchemaCodes.UnknownType, name.Range, $"the {Describe(name.Kind)} `{CedarText.Shorten(name.Name)}` is not declared", definitions.Suggest(name.Name, declaration.Namespace, name.Kind));
                break;
            case ExtensionTypeNode extension when Validation.Types.ExtensionType.Find(extension.Name) is null:
                declaration.Report(SchemaCodes.UnknownExtensionType, extension.Range, $"there is no extension type `{CedarText.Shorten(extension.Name)}`",
                    IntentAuthz.Cedar.Syntax.Spelling.Suggest(extension.Name, SchemaNames.BuiltIns) ?? "the extension types are `datetime`, `decimal`, `duration` and `ipaddr`");
                break;
        }
    }

    private static string Describe(NameKind kind) => kind switch
    {
        NameKind.Entity => "entity type",
        NameKind.Common => "common type",
        _ => "type",
    };
}
