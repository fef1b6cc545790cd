using System.Globalization;
using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>
/// Makes types out of what was written, with common types filled in. Common types are made in the order of their dependencies,
/// not by recursion, because a chain of them may be as long as the schema. All names are known to resolve.
/// </summary>
internal sealed class TypeBuilder(Definitions definitions)
{
    private readonly Dictionary<string, CedarType> _commonTypes = new(StringComparer.Ordinal);

    /// <summary>Makes all common types. False, with errors reported, if some contain themselves or one is too large.</summary>
    public bool BuildCommonTypes()
    {
        var dependencies = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var dependents = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, declaration) in definitions.CommonTypes)
        {
            var needed = new HashSet<string>(StringComparer.Ordinal);
            Collect(declaration.Node.Definition, declaration.Namespace, needed);
            dependencies.Add(name, needed);
            foreach (var other in needed)
            {
                if (!dependents.TryGetValue(other, out var list))
                {
                    dependents.Add(other, list = []);
                }

                list.Add(name);
            }
        }

        var open = dependencies.ToDictionary(pair => pair.Key, pair => pair.Value.Count, StringComparer.Ordinal);
        var ready = new Queue<string>(open.Where(pair => pair.Value == 0).Select(pair => pair.Key));
        while (ready.TryDequeue(out var name))
        {
            var declaration = definitions.CommonTypes[name];
            if (Build(declaration.Node.Definition, declaration) is not { } type)
            {
                return false;
            }

            _commonTypes.Add(name, type);
            open.Remove(name);
            foreach (var dependent in dependents.GetValueOrDefault(name) ?? [])
            {
                if (--open[dependent] == 0)
                {
                    ready.Enqueue(dependent);
                }
            }
        }

        if (open.Count > 0)
        {
            ReportCycle(open, dependencies);
        }

        return open.Count == 0;
    }

    /// <summary>Makes one type. Null, with an error reported, if it is too large.</summary>
    public CedarType? Build<T>(TypeNode node, Declaration<T> owner)
        where T : SchemaNode
    {
        var type = Build(node, owner.Namespace);
        if (type.Size > CedarLimits.MaxTypeSize || type.Depth > CedarLimits.MaxTypeDepth)
        {
            owner.Report(SchemaCodes.TypeTooLarge, node.Range,
                string.Create(CultureInfo.InvariantCulture, $"the type of `{CedarText.Shorten(owner.Name)}` is too large: a type has at most {CedarLimits.MaxTypeSize} parts and nests {CedarLimits.MaxTypeDepth} deep"));
            return null;
        }

        return type;
    }

    private CedarType Build(TypeNode node, NamespaceNode @namespace) => node switch
    {
        BuiltInTypeNode builtIn => BuiltIn(builtIn.Type),
        ExtensionTypeNode extension => ExtensionType.Find(extension.Name)!,
        SetTypeNode set => new SetType(Build(set.Element, @namespace)),
        RecordTypeNode record => RecordType.Create([.. record.Attributes.Select(attribute =>
            KeyValuePair.Create(attribute.Name, new AttributeType(Build(attribute.Type, @namespace), attribute.IsRequired)))]),
        NameTypeNode name => Named(definitions.Resolve(name.Name, @namespace, name.Kind)!.Value),
        _ => throw new InvalidOperationException($"Unknown type {node.GetType().Name}."),
    };

    private CedarType Named((string Name, bool IsCommon) resolved)
    {
        if (!resolved.IsCommon)
        {
            return new EntityReferenceType(resolved.Name);
        }

        if (_commonTypes.TryGetValue(resolved.Name, out var type))
        {
            return type;
        }

        return SchemaNames.BaseName(resolved.Name) switch
        {
            "Bool" => BoolType.Any,
            "Long" => LongType.Instance,
            "String" => StringType.Instance,
            var extension => ExtensionType.Find(extension)!,
        };
    }

    private static CedarType BuiltIn(BuiltInType type) => type switch
    {
        BuiltInType.Bool => BoolType.Any,
        BuiltInType.Long => LongType.Instance,
        _ => StringType.Instance,
    };

    private void Collect(TypeNode node, NamespaceNode @namespace, HashSet<string> needed)
    {
        switch (node)
        {
            case SetTypeNode set:
                Collect(set.Element, @namespace, needed);
                break;
            case RecordTypeNode record:
                foreach (var attribute in record.Attributes)
                {
                    Collect(attribute.Type, @namespace, needed);
                }

                break;
            case NameTypeNode name when definitions.Resolve(name.Name, @namespace, name.Kind) is { IsCommon: true } resolved && definitions.CommonTypes.ContainsKey(resolved.Name):
                needed.Add(resolved.Name);
                break;
        }
    }

    // What is left over is in a cycle or needs one; following what is left over ends in a cycle.
    private void ReportCycle(Dictionary<string, int> open, Dictionary<string, HashSet<string>> dependencies)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var name = open.Keys.First();
        while (seen.Add(name))
        {
            name = dependencies[name].First(open.ContainsKey);
        }

        var declaration = definitions.CommonTypes[name];
        declaration.Report(SchemaCodes.TypeCycle, declaration.Node.Range, $"the common type `{CedarText.Shorten(name)}` contains itself", "a common type is a name for a finite type; refer to an entity type instead");
    }
}
