using System.Collections.Frozen;
using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Puts the schema together, in the JSON form: the library's namespace, the host's declarations, the tools. Used once.</summary>
internal sealed class PolicySchemaBuilder
{
    private readonly List<PolicySchemaNote> _notes = [];
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<string, JsonObject> _generated = new(StringComparer.Ordinal); // namespace -> what is generated in it
    private readonly HashSet<string> _undeclared = new(StringComparer.Ordinal);

    internal PolicySchema Build(IReadOnlyList<ToolDescriptor> tools, IReadOnlyList<SchemaFragment> declarations)
    {
        JsonObject library = RequestShape.Declare(hasTools: tools.Count > 0);
        _generated.Add(RequestShape.Namespace, library);
        HostDeclarations host = HostDeclarations.Read(declarations, library, _problems);
        CheckNames(tools, library, host);
        if (tools.Count > 0)
        {
            Part("", "commonTypes").Add(RequestShape.ToolAction, CedarTypes.Named(EntityTypes.Action));
        }

        foreach (IGrouping<EntityUid, ToolDescriptor> action in tools.GroupBy(static t => t.Action))
        {
            AddAction(action.Key, [.. action], host);
        }

        ThrowIfAny();
        JsonObject generated = new(_generated.Select(static n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value)));
        SchemaFragment[] fragments = [SchemaFragment.ParseJson(generated.ToJsonString(), "the schema of tools"), .. host.Fragments];
        if (!Schema.TryCreate(fragments, out Schema? schema, out IReadOnlyList<CedarDiagnostic> errors))
        {
            _problems.AddRange(errors.Select(static e => e.ToString()));
            ThrowIfAny();
        }

        return new PolicySchema(schema!, host.MergeInto(generated), _notes, _undeclared.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Names that Cedar would refuse for reasons a host cannot see from where it stands.</summary>
    private void CheckNames(IReadOnlyList<ToolDescriptor> tools, JsonObject library, HostDeclarations host)
    {
        JsonObject administrative = library["actions"]!.AsObject();
        foreach (ToolDescriptor tool in tools)
        {
            foreach (EntityUid action in tool.ActionGroups.Prepend(tool.Action))
            {
                if (administrative.ContainsKey(action.Id))
                {
                    _problems.Add($"error: the tool '{tool.Name}' has the action or group {action}, which is the name of an administrative action; call it otherwise with Action(...).");
                }
            }

            if (host.DeclaresAction(tool.Action.Id))
            {
                _problems.Add($"error: the action {tool.Action} is that of the tool '{tool.Name}', whose descriptor says all about it; take it out of the declared schema.");
            }
        }
    }

    private void AddAction(EntityUid action, IReadOnlyList<ToolDescriptor> tools, HostDeclarations host)
    {
        JsonShape? input = null;
        SortedSet<string> resources = new(StringComparer.Ordinal);
        SortedSet<string> groups = new(StringComparer.Ordinal);
        foreach (ToolDescriptor tool in tools)
        {
            JsonShape shape = ToolArguments.ShapeOf(tool);
            _notes.AddRange(ToolArguments.NotesOn(tool, shape));
            input = input is null ? shape : Share(input, shape, tool);
            resources.UnionWith(tool.ResourceTypes);
            groups.UnionWith(tool.ActionGroups.Select(static g => g.Id));
            foreach (string type in tool.ResourceTypes)
            {
                DeclareResource(type, tool, host);
            }
        }

        JsonObject context = new()
        {
            ["input"] = CedarTypes.RecordOf(input!),
            ["provenance"] = CedarTypes.Record(CedarTypes.Attributes(input!, static _ => CedarTypes.Named(RequestShape.Provenance))),
        };
        foreach ((string name, string type) in RequestShape.CallContext)
        {
            context.Add(name, CedarTypes.Named(type));
        }

        JsonObject declared = new()
        {
            ["appliesTo"] = new JsonObject
            {
                ["principalTypes"] = new JsonArray(EntityTypes.Agent),
                ["resourceTypes"] = new JsonArray([.. resources]),
                ["context"] = CedarTypes.Record(context),
            },
        };
        if (groups.Count > 0)
        {
            declared["memberOf"] = new JsonArray([.. groups.Select(static g => new JsonObject { ["id"] = g })]);
        }

        Part("", "actions")[action.Id] = declared;
        foreach (string group in groups)
        {
            if (!host.DeclaresAction(group) && !Part("", "actions").ContainsKey(group))
            {
                Part("", "actions").Add(group, new JsonObject());
            }
        }
    }

    private JsonShape Share(JsonShape input, JsonShape shape, ToolDescriptor tool)
    {
        foreach (string name in input.Names.Concat(shape.Names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!input.Knows(name) || !shape.Knows(name) || input.Property(name).Kind != shape.Property(name).Kind)
            {
                _notes.Add(new PolicySchemaNote(
                    PolicySchemaNoteCodes.SharedAction, tool.Name, $"/properties/{JsonPointer.Escape(name)}",
                    $"'{tool.Name}' shares the action {tool.Action} with tools that take the argument '{name}' otherwise, or not at all",
                    ToolArguments.HelpFor(PolicySchemaNoteCodes.SharedAction)));
            }
        }

        return JsonShape.Join(input, shape, "", ofTwoTools: true);
    }

    private void DeclareResource(string type, ToolDescriptor tool, HostDeclarations host)
    {
        int colons = type.LastIndexOf("::", StringComparison.Ordinal);
        string @namespace = colons < 0 ? "" : type[..colons];
        string name = colons < 0 ? type : type[(colons + 2)..];
        if (type == EntityTypes.Tool || host.DeclaresEntity(@namespace, name))
        {
            return;
        }

        if (@namespace.Length == 0 && CedarTypes.IsBuiltIn(name))
        {
            _problems.Add($"error: the resource of the tool '{tool.Name}' is of the type {type}, which is the name of a type of Cedar; the arguments of tools would change their type with it. Rename it.");
            return;
        }

        if (@namespace == RequestShape.Namespace)
        {
            if (!Part(@namespace, "entityTypes").ContainsKey(name))
            {
                _problems.Add($"error: the resource of the tool '{tool.Name}' is of the type {type}, but the namespace {RequestShape.Namespace} is the library's; use a type of your own.");
            }

            return;
        }

        if (_undeclared.Add(type))
        {
            Part(@namespace, "entityTypes").Add(name, new JsonObject());
        }

        _notes.Add(new PolicySchemaNote(
            PolicySchemaNoteCodes.UndeclaredResource, tool.Name, "", $"'{tool.Name}' acts on the type {type}, which nothing declares",
            ToolArguments.HelpFor(PolicySchemaNoteCodes.UndeclaredResource)));
    }

    /// <summary>One part of a namespace, with all three parts that the form demands.</summary>
    private JsonObject Part(string @namespace, string part)
    {
        if (!_generated.TryGetValue(@namespace, out JsonObject? declared))
        {
            _generated.Add(@namespace, declared = new JsonObject { ["commonTypes"] = new JsonObject(), ["entityTypes"] = new JsonObject(), ["actions"] = new JsonObject() });
        }

        return declared[part]!.AsObject();
    }

    private void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new PolicyLoadException([.. _problems]);
        }
    }
}
