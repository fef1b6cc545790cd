using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The namespaces of a schema in the making, all below that of the stub, or all in it when they are flattened.</summary>
internal sealed class McpNamespaces(string root, JsonObject declared, bool flatten)
{
    private readonly SortedDictionary<string, JsonObject> _namespaces = new(StringComparer.Ordinal) { [root] = declared };

    internal static void RequireIdentifier(string name, string what)
    {
        // Which words are reserved, Cedar itself knows.
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || !SchemaFragment.TryParseCedar($"entity {name};", null, out _, out _))
        {
            throw new FormatException($"The {what} '{name}' is no identifier of Cedar, so the schema cannot name its type; rename it.");
        }
    }

    internal void Open(string @namespace)
    {
        if (!_namespaces.ContainsKey(@namespace))
        {
            _namespaces.Add(@namespace, []);
        }
    }

    internal void CloseIfEmpty(string @namespace)
    {
        if (_namespaces.TryGetValue(@namespace, out JsonObject? content) && content.All(static part => part.Value!.AsObject().Count == 0))
        {
            _namespaces.Remove(@namespace);
        }
    }

    internal void AddAction(string id, JsonObject action) => Part(root, "actions")[id] = action; // the last of two tools of one name counts, as in the reference

    internal void AddOpaqueType(string name)
    {
        if (!Part(root, "entityTypes").ContainsKey(name))
        {
            Part(root, "entityTypes").Add(name, new JsonObject());
        }
    }

    internal void AddEntityType(string @namespace, string name, JsonObject type) => Add("entityTypes", @namespace, name, type);

    internal void AddCommonType(string @namespace, string name, JsonObject type)
    {
        // A type that is only another name for itself needs no declaration.
        (string home, string local) = Home(@namespace, name);
        if ((string?)type["name"] is { } named && Unqualify(named, home) == local)
        {
            return;
        }

        Add("commonTypes", @namespace, name, type);
    }

    /// <summary>The name that a type of this name has.</summary>
    internal string Flatten(string name) =>
        flatten ? $"{root}::{name[(name.IndexOf("::", StringComparison.Ordinal) + 2)..].Replace("::", "_", StringComparison.Ordinal)}" : name;

    /// <summary>A type as it is written inside a namespace: names that lie in it, without it.</summary>
    internal static JsonObject Unqualify(JsonObject type, string @namespace)
    {
        switch ((string?)type["type"])
        {
            case "Entity" or "EntityOrCommon":
                type["name"] = Unqualify((string)type["name"]!, @namespace);
                break;
            case "Record":
                foreach ((_, JsonNode? attribute) in type["attributes"]!.AsObject())
                {
                    Unqualify(attribute!.AsObject(), @namespace);
                }

                break;
            case "Set":
                Unqualify(type["element"]!.AsObject(), @namespace);
                break;
        }

        return type;
    }

    internal string ToJson()
    {
        JsonObject json = [];
        foreach ((string name, JsonObject content) in _namespaces)
        {
            JsonObject parts = [];
            foreach (string part in (ReadOnlySpan<string>)["commonTypes", "entityTypes", "actions"])
            {
                parts.Add(part, new JsonObject((content[part] as JsonObject ?? [])
                    .OrderBy(static member => member.Key, StringComparer.Ordinal)
                    .Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))));
            }

            foreach ((string other, JsonNode? value) in content)
            {
                if (!parts.ContainsKey(other))
                {
                    parts.Add(other, value?.DeepClone());
                }
            }

            json.Add(name, parts);
        }

        return json.ToJsonString();
    }

    private static string Unqualify(string name, string @namespace) =>
        name.Length > @namespace.Length + 2 && name.StartsWith(@namespace + "::", StringComparison.Ordinal)
        && name.IndexOf("::", @namespace.Length + 2, StringComparison.Ordinal) < 0
            ? name[(@namespace.Length + 2)..]
            : name;

    private void Add(string part, string @namespace, string name, JsonObject type)
    {
        (string home, string local) = Home(@namespace, name);
        if (!Part(home, part).TryAdd(local, type))
        {
            throw new FormatException($"Two types of the tool list are called {home}::{local}; rename one of the properties or definitions{(flatten ? ", or do not flatten namespaces" : "")}.");
        }
    }

    private (string Namespace, string Name) Home(string @namespace, string name)
    {
        if (!flatten)
        {
            return (@namespace, name);
        }

        string flat = Flatten($"{@namespace}::{name}");
        return (root, flat[(flat.LastIndexOf("::", StringComparison.Ordinal) + 2)..]);
    }

    private JsonObject Part(string @namespace, string part)
    {
        JsonObject content = _namespaces[@namespace];
        if (content[part] is not JsonObject members)
        {
            content[part] = members = [];
        }

        return members;
    }
}
