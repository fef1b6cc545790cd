using System.CommandLine;
using System.Text.Json;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary>The options by which a verb is told one request, the policies and the entities; the same for every verb that decides.</summary>
internal sealed class RequestOptions
{
    private readonly Option<string[]> _policies = new("--policies")
    {
        Description = "A policy file, or a directory of *.cedar. May be given several times.", HelpName = NamedPaths.FileOrDirectory, Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _entities = new("--entities") { Description = "The entities, as Cedar's JSON.", HelpName = NamedPaths.File };
    private readonly Option<string?> _schema = new("--schema") { Description = "A Cedar schema; the entities are read by it, and the request is held against it.", HelpName = NamedPaths.File };
    private readonly Option<string?> _request = new("--request") { Description = "The request: a JSON object with principal, action, resource and context.", HelpName = NamedPaths.File };
    private readonly Option<string?> _principal = new("--principal") { Description = "Who acts, such as 'User::\"alice\"'. Stands above the request's.", HelpName = "entity" };
    private readonly Option<string?> _action = new("--action") { Description = "What is done, such as 'Action::\"pay\"'.", HelpName = "entity" };
    private readonly Option<string?> _resource = new("--resource") { Description = "What it is done to.", HelpName = "entity" };
    private readonly Option<string?> _context = new("--context") { Description = "The context: a JSON object.", HelpName = NamedPaths.File };

    private readonly Option<string[]> _annotation = AnnotationOption.Create();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _policies, _entities, _schema, _request, _principal, _action, _resource, _context, _annotation })
        {
            command.Add(option);
        }
    }

    /// <summary>Reads what the options name.</summary>
    /// <exception cref="FormatException">Something that was read is not what it should be.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public GivenRequest Read(ParseResult parsed)
    {
        var findings = new List<PolicyFinding>();
        var annotations = parsed.GetValue(_annotation) ?? [];
        var policies = PolicyFiles.ReadPolicies(parsed.GetRequiredValue(_policies), findings);
        findings.AddRange(PolicyAnnotations.Check(policies, annotations).Select(PolicyFinding.Of));
        if (findings.Count > 0)
        {
            throw new FormatException(string.Join(Environment.NewLine, findings));
        }

        var schema = parsed.GetValue(_schema) is { } schemaPath ? PolicyFiles.ReadSchema(schemaPath) : null;
        var entities = parsed.GetValue(_entities) is not { } path ? EntityStore.Empty
            : schema is null ? EntityStore.ParseJson(PolicyFiles.ReadText(path))
            : EntityStore.ParseJson(PolicyFiles.ReadText(path), schema);
        var request = ReadRequest(parsed, schema);
        if (schema?.ValidateRequest(request) is { Count: > 0 } wrong)
        {
            throw new FormatException($"The request does not fit the schema: {string.Join("; ", wrong.Select(static finding => finding.ToString()))}");
        }

        return new(request, policies, entities, annotations);
    }

    private static string? ContextOf(string? file, JsonElement? request) =>
        file is not null ? PolicyFiles.ReadText(file) : request?.TryGetProperty("context", out var given) == true ? given.GetRawText() : null;

    private CedarRequest ReadRequest(ParseResult parsed, Schema? schema)
    {
        using var document = parsed.GetValue(_request) is { } path ? Parse(path) : null;
        var root = document?.RootElement;
        if (root is { ValueKind: not JsonValueKind.Object })
        {
            throw new FormatException("The request is not a JSON object.");
        }

        var (principal, action, resource) = (
            Uid(parsed.GetValue(_principal), root, "principal"), Uid(parsed.GetValue(_action), root, "action"), Uid(parsed.GetValue(_resource), root, "resource"));
        var context = ContextOf(parsed.GetValue(_context), root) is not { } json ? null
            : schema is null ? CedarRecord.ParseJson(json)
            : schema.ParseContextJson(json, action); // with a schema, values need no escapes
        return new(principal, action, resource, context);
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(PolicyFiles.ReadText(path), new() { MaxDepth = CedarLimits.MaxJsonDepth });
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{path} is not JSON: {exception.Message}", exception);
        }
    }

    // As text, or as an object with type and id, bare or within __entity.
    private static EntityUid Uid(string? option, JsonElement? request, string name)
    {
        if (option is null && request?.TryGetProperty(name, out var member) == true)
        {
            if (member.ValueKind == JsonValueKind.Object)
            {
                member = member.TryGetProperty("__entity", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : member;
                if (member.TryGetProperty("type", out var type) && member.TryGetProperty("id", out var id) && type.ValueKind == JsonValueKind.String && id.ValueKind == JsonValueKind.String)
                {
                    return Make(type, id, name);
                }
            }

            option = member.ValueKind == JsonValueKind.String ? Text(member, name) : throw new FormatException($"`{name}` of the request is neither text nor an object with type and id.");
        }

        return option is null ? throw new FormatException($"Nothing says what the {name} is: give --{name} or --request.")
            : EntityUid.TryParse(option, out var uid) ? uid
            : throw new FormatException($"'{option}' names no entity. Write a type and a quoted id, such as 'User::\"alice\"'.");
    }

    private static EntityUid Make(JsonElement type, JsonElement id, string name)
    {
        try
        {
            return new(Text(type, name), Text(id, name));
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"`{name}` of the request: {exception.Message}", exception);
        }
    }

    private static string Text(JsonElement text, string name)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException($"`{name}` of the request is no text: half a surrogate pair stands in it.", exception);
        }
    }
}
