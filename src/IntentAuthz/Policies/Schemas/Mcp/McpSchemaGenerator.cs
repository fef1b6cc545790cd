using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The generator, in the steps and with the names of the reference's: what a property's name cannot be (an identifier that Cedar reserves, two
/// that meet) is refused there too. Used once.
/// </summary>
internal sealed class McpSchemaGenerator
{
    private readonly McpSchemaOptions _options;
    private readonly McpNamespaces _schema;
    private readonly string _root;
    private readonly string[] _principals;
    private readonly string[] _resources;
    private readonly (string Key, string Type)[] _contexts;
    private readonly string[] _parents;

    internal McpSchemaGenerator(SchemaFragment stub, McpSchemaOptions options)
    {
        _options = options;
        JsonObject json = JsonNode.Parse(stub.ToJson())!.AsObject();
        if (json.Count != 1 || json.ContainsKey(""))
        {
            throw new FormatException("A stub declares everything in one namespace, and nothing outside of it.");
        }

        (_root, JsonNode? content) = json.First();
        JsonObject declared = content!.AsObject();
        _principals = Annotated(declared, "entityTypes", "mcp_principal");
        _resources = Annotated(declared, "entityTypes", "mcp_resource");
        _parents = Annotated(declared, "actions", "mcp_action");
        _contexts = [.. Annotated(declared, "entityTypes", "mcp_context").Concat(Annotated(declared, "commonTypes", "mcp_context"))
            .Select(name => (Key: (string?)(declared["entityTypes"]?[name] ?? declared["commonTypes"]![name])!["annotations"]!["mcp_context"] ?? "", name))
            .Where(static c => c.Key.Length > 0)];
        if (_principals.Length == 0 || _resources.Length == 0)
        {
            throw new FormatException($"The stub {_root} needs an entity type with the annotation @mcp_principal and one with @mcp_resource.");
        }

        if (!options.KeepAnnotations)
        {
            Erase(declared);
        }

        _schema = new McpNamespaces(_root, declared, options.FlattenNamespaces);
    }

    internal SchemaFragment Generate(JsonElement list)
    {
        (ImmutableArray<McpTool> tools, ImmutableArray<McpProperty> definitions) = McpToolListReader.Read(list);
        ImmutableDictionary<string, string> references = Define(definitions, _root, ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));
        foreach (McpTool tool in tools)
        {
            AddTool(tool, references);
        }

        return SchemaFragment.ParseJson(_schema.ToJson(), "the schema of the tool list");
    }

    private void AddTool(McpTool tool, ImmutableDictionary<string, string> references)
    {
        McpNamespaces.RequireIdentifier(tool.Name, "tool");
        string @namespace = $"{_root}::{tool.Name}";
        _schema.Open(@namespace);
        references = Define(tool.Definitions, @namespace, references);
        JsonObject context = [];
        foreach ((string key, string type) in _contexts)
        {
            context[key] = CedarTypes.Named(type);
        }

        context["input"] = Parameters(tool, "Input", tool.Input, references);
        if (_options.IncludeOutputs)
        {
            JsonObject output = Parameters(tool, "Output", tool.Output, references);
            output["required"] = false;
            context["output"] = output;
        }

        JsonObject action = new()
        {
            ["appliesTo"] = new JsonObject
            {
                ["principalTypes"] = new JsonArray([.. _principals]),
                ["resourceTypes"] = new JsonArray([.. _resources]),
                ["context"] = CedarTypes.Record(context),
            },
        };
        if (_parents.Length > 0)
        {
            action["memberOf"] = new JsonArray([.. _parents.Select(static p => new JsonObject { ["id"] = p })]);
        }

        _schema.AddAction(tool.Name, action);
        _schema.CloseIfEmpty(@namespace);
    }

    /// <summary>The parameters as a common type of the tool's name; what it is called.</summary>
    private JsonObject Parameters(McpTool tool, string suffix, McpParameters parameters, ImmutableDictionary<string, string> references)
    {
        string @namespace = $"{_root}::{tool.Name}::{suffix}";
        _schema.Open(@namespace);
        references = Define(parameters.Definitions, @namespace, references);
        JsonObject record = CedarTypes.Record(Attributes(parameters.Properties, @namespace, references, unqualifyIn: null));
        _schema.CloseIfEmpty(@namespace);
        _schema.AddCommonType(_root, tool.Name + suffix, record);
        return new JsonObject { ["type"] = tool.Name + suffix };
    }

    /// <summary>Declares what may be referred to. The nearest definition of a name counts.</summary>
    private ImmutableDictionary<string, string> Define(ImmutableArray<McpProperty> definitions, string @namespace, ImmutableDictionary<string, string> references)
    {
        foreach (McpProperty definition in definitions)
        {
            McpNamespaces.RequireIdentifier(definition.Name, "definition");
            references = references.SetItem(definition.Name, $"{@namespace}::{definition.Name}");
        }

        foreach (McpProperty definition in definitions)
        {
            _schema.AddCommonType(@namespace, definition.Name, TypeOf(definition.Type, definition.Name, @namespace, references));
        }

        return references;
    }

    private JsonObject Attributes(ImmutableArray<McpProperty> properties, string @namespace, ImmutableDictionary<string, string> references, string? unqualifyIn)
    {
        JsonObject attributes = [];
        foreach (McpProperty property in properties)
        {
            McpNamespaces.RequireIdentifier(property.Name, "property");
            JsonObject type = TypeOf(property.Type, property.Name, @namespace, references);
            type = unqualifyIn is null ? type : McpNamespaces.Unqualify(type, unqualifyIn);
            if (!property.IsRequired)
            {
                type["required"] = false;
            }

            attributes[property.Name] = type;
        }

        return attributes;
    }

    private JsonObject TypeOf(McpType type, string name, string @namespace, ImmutableDictionary<string, string> references)
    {
        switch (type.Kind)
        {
            case McpKind.Bool: return CedarTypes.Named("Bool");
            case McpKind.Integer: return CedarTypes.Named("Long");
            case McpKind.String: return CedarTypes.Named("String");
            case McpKind.Decimal: return CedarTypes.Named("decimal");
            case McpKind.Datetime: return CedarTypes.Named("datetime");
            case McpKind.Duration: return CedarTypes.Named("duration");
            case McpKind.IpAddress: return CedarTypes.Named("ipaddr");
            case McpKind.Float or McpKind.Number when _options.EncodeNumbersAsDecimal: return CedarTypes.Named("decimal");
            case McpKind.Float or McpKind.Number or McpKind.Null or McpKind.Unknown:
                _schema.AddOpaqueType(type.Kind.ToString());
                return EntityNamed($"{_root}::{type.Kind}");
            case McpKind.Enum:
                _schema.AddEntityType(@namespace, name, new JsonObject { ["enum"] = new JsonArray([.. type.Variants]) });
                return EntityNamed(_schema.Flatten($"{@namespace}::{name}"));
            case McpKind.Array:
                return new JsonObject { ["type"] = "Set", ["element"] = TypeOf(type.Parts[0], name, @namespace, references) };
            case McpKind.Tuple:
                return Places(type, name, @namespace, references, ("proj", "Proj"), areRequired: true);
            case McpKind.Union:
                return Places(type, name, @namespace, references, ("typeChoice", "TypeChoice"), areRequired: false);
            case McpKind.Object:
                return ObjectOf(type, name, @namespace, references);
            default:
                return references.TryGetValue(type.Name, out string? defined)
                    ? CedarTypes.Named(_schema.Flatten(defined))
                    : throw new FormatException($"A property in {@namespace} refers to '#/$defs/{type.Name}', which is not defined.");
        }
    }

    private JsonObject Places(
        McpType type, string name, string @namespace, ImmutableDictionary<string, string> references, (string Attribute, string Type) prefix, bool areRequired)
    {
        string inner = $"{@namespace}::{name}";
        _schema.Open(inner);
        JsonObject attributes = [];
        for (int i = 0; i < type.Parts.Length; i++)
        {
            JsonObject place = McpNamespaces.Unqualify(TypeOf(type.Parts[i], $"{prefix.Type}{i}", inner, references), @namespace);
            if (!areRequired)
            {
                place["required"] = false;
            }

            attributes[$"{prefix.Attribute}{i}"] = place;
        }

        _schema.CloseIfEmpty(inner);
        return CedarTypes.Record(attributes);
    }

    private JsonObject ObjectOf(McpType type, string name, string @namespace, ImmutableDictionary<string, string> references)
    {
        string inner = $"{@namespace}::{name}";
        _schema.Open(inner);
        JsonObject? tags = type.Additional is null ? null : TypeOf(type.Additional, name + "Tag", inner, references);
        JsonObject record = CedarTypes.Record(Attributes(type.Properties, inner, references, unqualifyIn: @namespace));
        JsonObject reference;
        if (_options.ObjectsAsRecords && tags is null)
        {
            _schema.AddCommonType(@namespace, name, record);
            reference = CedarTypes.Named(_schema.Flatten(inner));
        }
        else
        {
            JsonObject entity = new() { ["shape"] = record };
            if (tags is not null)
            {
                entity["tags"] = tags;
            }

            _schema.AddEntityType(@namespace, name, entity);
            reference = EntityNamed(_schema.Flatten(inner));
        }

        _schema.CloseIfEmpty(inner);
        return reference;
    }

    private static JsonObject EntityNamed(string name) => new() { ["type"] = "Entity", ["name"] = name };

    private static string[] Annotated(JsonObject declared, string part, string annotation) =>
        [.. (declared[part] as JsonObject ?? [])
            .Where(member => member.Value?["annotations"] is JsonObject annotations && annotations.ContainsKey(annotation))
            .Select(static member => member.Key)
            .Order(StringComparer.Ordinal)];

    private static void Erase(JsonObject declared)
    {
        (string Part, string[] Annotations)[] erased =
        [
            ("commonTypes", ["mcp_context"]), ("entityTypes", ["mcp_context", "mcp_resource", "mcp_principal"]), ("actions", ["mcp_action"]),
        ];
        foreach ((string part, string[] names) in erased)
        {
            foreach ((_, JsonNode? member) in declared[part] as JsonObject ?? [])
            {
                if (member!["annotations"] is JsonObject annotations)
                {
                    Array.ForEach(names, name => annotations.Remove(name));
                    if (annotations.Count == 0)
                    {
                        member.AsObject().Remove("annotations");
                    }
                }
            }
        }
    }
}
