using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The entity types that a host declares. In its own namespaces it says all; in the library's it adds attributes and parents to what the
/// library says of agents, people, services, groups, roles and tools.
/// </summary>
internal sealed class HostDeclarations
{
    private readonly List<JsonObject> _namespaces = []; // each the whole of one fragment, without the library's namespace

    private HostDeclarations()
    {
    }

    /// <summary>What the host declares in its own namespaces.</summary>
    internal List<SchemaFragment> Fragments { get; } = [];

    /// <summary>Takes the declarations apart; what they say of the library's types is merged into the library's namespace.</summary>
    internal static HostDeclarations Read(IEnumerable<SchemaFragment> declarations, JsonObject library, List<string> problems)
    {
        HostDeclarations host = new();
        foreach (SchemaFragment fragment in declarations)
        {
            JsonObject json = JsonNode.Parse(fragment.ToJson())!.AsObject();
            RefuseBuiltIns(fragment, json, problems);
            if (json[RequestShape.Namespace] is JsonObject additions)
            {
                json.Remove(RequestShape.Namespace);
                Extend(library, additions, problems);
                host.Fragments.Add(SchemaFragment.ParseJson(json.ToJsonString(), "the host's schema"));
            }
            else
            {
                host.Fragments.Add(fragment); // as it was read, so that what is wrong with it is reported where it stands
            }

            host._namespaces.Add(json);
        }

        return host;
    }

    internal bool DeclaresEntity(string @namespace, string name) => Declares(@namespace, "entityTypes", name);

    internal bool DeclaresAction(string id) => Declares("", "actions", id);

    /// <summary>Everything as one schema, for printing.</summary>
    internal JsonObject MergeInto(JsonObject generated)
    {
        foreach (JsonObject fragment in _namespaces)
        {
            foreach ((string name, JsonNode? content) in fragment)
            {
                if (generated[name] is not JsonObject known)
                {
                    generated[name] = content!.DeepClone();
                    continue;
                }

                foreach ((string part, JsonNode? members) in content!.AsObject())
                {
                    if (known[part] is not JsonObject own)
                    {
                        known[part] = members!.DeepClone();
                        continue;
                    }

                    foreach ((string member, JsonNode? value) in members!.AsObject())
                    {
                        own[member] = value?.DeepClone();
                    }
                }
            }
        }

        return generated;
    }

    private static void RefuseBuiltIns(SchemaFragment fragment, JsonObject json, List<string> problems)
    {
        const string Why = "the arguments of tools would change their type with it. Rename it.";
        string[] found = [.. fragment.Warnings.Where(static w => w.Code == "shadows-built-in").Select(static w => $"{w.Span}: error: {w.Message}; {Why}")];
        problems.AddRange(found);
        if (found.Length > 0)
        {
            return;
        }

        // The JSON form is read without warnings.
        foreach (string part in (string[])["commonTypes", "entityTypes"])
        {
            problems.AddRange((json[""]?[part] as JsonObject ?? [])
                .Where(static declared => CedarTypes.IsBuiltIn(declared.Key))
                .Select(static declared => $"error: the schema declares {declared.Key}, which hides the built-in type of that name; {Why}"));
        }
    }

    private bool Declares(string @namespace, string part, string name) =>
        _namespaces.Exists(n => n[@namespace]?[part] is JsonObject members && members.ContainsKey(name));

    private static void Extend(JsonObject library, JsonObject additions, List<string> problems)
    {
        JsonObject types = library["entityTypes"]!.AsObject();
        foreach ((string part, JsonNode? members) in additions)
        {
            foreach ((string name, JsonNode? declared) in members as JsonObject ?? [])
            {
                if (part != "entityTypes" || Array.IndexOf(RequestShape.Extensible, name) < 0)
                {
                    problems.Add(
                        $"error: the schema declares {RequestShape.Namespace}::{name}, but that namespace is the library's; a host adds attributes and parents to the entity types {string.Join(", ", RequestShape.Extensible)} and declares everything else elsewhere.");
                }
                else
                {
                    Extend(types[name]!.AsObject(), name, declared!.AsObject(), problems);
                }
            }
        }
    }

    private static void Extend(JsonObject type, string name, JsonObject addition, List<string> problems)
    {
        JsonArray parents = type["memberOfTypes"] as JsonArray ?? [];
        foreach (JsonNode? parent in addition["memberOfTypes"] as JsonArray ?? [])
        {
            parents.Add(parent!.DeepClone());
        }

        type["memberOfTypes"] = new JsonArray([.. parents.Select(static p => p!.GetValue<string>()).Distinct(StringComparer.Ordinal)]);
        if (addition["tags"] is { } tags)
        {
            type["tags"] = tags.DeepClone();
        }

        if (addition["shape"]?["attributes"] is not JsonObject attributes)
        {
            return;
        }

        JsonObject shape = type["shape"] as JsonObject ?? CedarTypes.Record([]);
        type["shape"] = shape;
        foreach ((string attribute, JsonNode? declared) in attributes)
        {
            if (!shape["attributes"]!.AsObject().TryAdd(attribute, declared!.DeepClone()))
            {
                problems.Add($"error: the schema gives {RequestShape.Namespace}::{name} the attribute '{attribute}', which the library sets; take it out.");
            }
        }
    }
}
