using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Makes a Cedar schema of an MCP tool list and a stub, as the schema generator of cedar-policy/cedar-for-agents does it: the same schema for
/// the same option. It is for policies that are shared with other products; what this library's own policies are checked against is
/// <see cref="PolicySchema"/>. All members are pure and safe to call from any thread.
/// </summary>
public static class McpSchema
{
    /// <summary>The longest tool list, in characters.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of a tool list.</summary>
    public const int MaxDepth = 64;

    /// <summary>Adds an action for each tool to a stub.</summary>
    /// <param name="stub">
    /// One namespace, with the entity types annotated <c>@mcp_principal</c> and <c>@mcp_resource</c>, and, where there are any, the contexts
    /// <c>@mcp_context("name")</c> and the parent actions <c>@mcp_action</c>.
    /// </param>
    /// <param name="toolsJson">The response of <c>tools/list</c>, an array of tools, or one tool.</param>
    /// <param name="options">What is made of it; the defaults when null.</param>
    /// <returns>The schema, stub included; <see cref="SchemaFragment.ToCedar"/> and <see cref="SchemaFragment.ToJson"/> write it.</returns>
    /// <exception cref="FormatException">Stub or tool list is not what it should be, or two names meet; the message says where.</exception>
    /// <exception cref="JsonException">The tool list is not JSON, or nests deeper than <see cref="MaxDepth"/>.</exception>
    public static SchemaFragment Generate(SchemaFragment stub, string toolsJson, McpSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stub);
        ArgumentNullException.ThrowIfNull(toolsJson);
        if (toolsJson.Length > MaxLength)
        {
            throw new FormatException($"The tool list has {toolsJson.Length} characters, more than the {MaxLength} that are read; split it.");
        }

        using JsonDocument json = JsonDocument.Parse(toolsJson, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return new McpSchemaGenerator(stub, options ?? new McpSchemaOptions()).Generate(json.RootElement);
    }
}
