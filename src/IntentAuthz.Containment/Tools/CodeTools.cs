using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Containment;

/// <summary>
/// Ready tools for an agent that writes code: a shell, files, the web. Each runs in the call's containment, so that what was decided is enforced by
/// the operating system; what a command will do is known to policies before it runs.
/// </summary>
public static class CodeTools
{
    /// <summary>Runs a shell command in the workspace.</summary>
    public const string Shell = "shell";

    /// <summary>
    /// The action of a command that runs code which nobody has read: a script, a build, a test. It is a call of <see cref="Shell"/>, and a permit of that action
    /// says nothing of it.
    /// </summary>
    public const string ShellCodeAction = "shell_code";

    /// <summary>Reads a text file of the workspace.</summary>
    public const string ReadFile = "read_file";

    /// <summary>Writes a text file of the workspace.</summary>
    public const string WriteFile = "write_file";

    /// <summary>Reads a page.</summary>
    public const string HttpGet = "http_get";

    private const string ShellSchema = """
        {
          "type": "object",
          "properties": { "command": { "type": "string", "description": "The command line. It begins in the workspace; nothing outside of it can be written." } },
          "required": ["command"],
          "additionalProperties": false
        }
        """;

    private const string ReadSchema = """
        {
          "type": "object",
          "properties": { "path": { "type": "string", "description": "The file's path, relative to the workspace." } },
          "required": ["path"],
          "additionalProperties": false
        }
        """;

    private const string WriteSchema = """
        {
          "type": "object",
          "properties": {
            "path": { "type": "string", "description": "The file's path, relative to the workspace. Directories on the way are made." },
            "content": { "type": "string", "description": "All of the new text." }
          },
          "required": ["path", "content"],
          "additionalProperties": false
        }
        """;

    private const string GetSchema = """
        {
          "type": "object",
          "properties": { "url": { "type": "string", "description": "An absolute http or https address." } },
          "required": ["url"],
          "additionalProperties": false
        }
        """;

    private const string FileFacts = """{ "properties": { "file": { "type": "string" } }, "required": ["file"], "additionalProperties": false }""";

    private const string WriteFacts = """
        { "properties": { "file": { "type": "string" }, "bytes": { "type": "integer" } }, "required": ["file", "bytes"], "additionalProperties": false }
        """;

    private const string UrlFacts = """
        {
          "properties": { "scheme": { "type": "string" }, "host": { "type": "string" }, "port": { "type": "integer" }, "path": { "type": "string" }, "query": { "type": "string" } },
          "required": ["scheme", "host", "port", "path", "query"],
          "additionalProperties": false
        }
        """;

    /// <summary>
    /// The functions, to be given to an adapter that binds them to a task: as a plugin of Semantic Kernel by <c>AsKernelFunction()</c>, before
    /// <c>kernel.ForTask(task)</c>. Called in any other way they fail. For frameworks without an adapter there is <see cref="ForTask"/>.
    /// </summary>
    /// <param name="options">As the tools were described.</param>
    public static ImmutableArray<AIFunction> Create(CodeToolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. Make(options)];
    }

    /// <summary>The functions bound to a task: each call goes through the guard. They answer with text, a denial too.</summary>
    /// <param name="options">As the tools were described.</param>
    /// <param name="guard">The guard.</param>
    /// <param name="task">The task.</param>
    public static ImmutableArray<AIFunction> ForTask(CodeToolOptions options, Guard guard, AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(task);
        return [.. Make(options).Select(t => new TaskFunction(guard, task, NameOf(options, t.Name), t))];
    }

    /// <summary>The descriptors.</summary>
    /// <param name="options">The profile, the names, the bounds.</param>
    public static ImmutableArray<ToolDescriptor> Describe(CodeToolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CommandFacts facts = new(DialectOf(options), options.MaxCommandLength, options.Programs);
        return
        [
            Begin(options, Shell, ShellSchema, RiskClass.High)
                .Effect(ToolEffect.Execute)
                .Argument("command", ArgumentRole.Command)
                .Derives(CommandFacts.Schema, facts.Derive)
                .ActionApart(ShellCodeAction, CommandFacts.RunsCode, options.CodeContainment)
                .Build(),
            Begin(options, ReadFile, ReadSchema, RiskClass.Medium)
                .Effect(ToolEffect.Read)
                .Argument("path", ArgumentRole.Target)
                .Derives(FileFacts, static a => JsonElement.Parse($$"""{"file":"{{JsonEncodedText.Encode(WorkspacePath.Normalise(a.GetProperty("path").GetString()!))}}"}"""))
                .Idempotent()
                .Build(),
            Begin(options, WriteFile, WriteSchema, RiskClass.Medium)
                .Effect(ToolEffect.Update)
                .Argument("path", ArgumentRole.Target)
                .Argument("content", ArgumentRole.Content)
                .Derives(WriteFacts, static a => JsonElement.Parse(
                    $$"""{"file":"{{JsonEncodedText.Encode(WorkspacePath.Normalise(a.GetProperty("path").GetString()!))}}","bytes":{{Encoding.UTF8.GetByteCount(a.GetProperty("content").GetString()!)}}}"""))
                .Idempotent()
                .Build(),
            Begin(options, HttpGet, GetSchema, RiskClass.Medium)
                .Effect(ToolEffect.Read)
                .Argument("url", ArgumentRole.Target)
                .Resource(EgressTools.HostType, static a => EgressTools.HostOf(UrlOf(a).Host))
                .Derives(UrlFacts, static a => UrlOf(a).ToJson())
                .Idempotent()
                .Build(),
        ];
    }

    private static ToolDescriptorBuilder Begin(CodeToolOptions options, string name, string schema, RiskClass risk) =>
        ToolDescriptor.For(NameOf(options, name))
            .Action(name)
            .InActionGroups("code")
            .InputSchema(schema)
            .Risk(risk)
            .Service("code")
            .NeedsContainment(options.Containment)
            .ResultLabel(Label.Worst.Integrity, Label.Worst.Confidentiality); // a file's text can be anybody's, and so can what a command prints

    private static string NameOf(CodeToolOptions options, string name) => options.Plugin is null ? name : $"{options.Plugin}.{name}";

    private static ShellDialect DialectOf(CodeToolOptions options) => Path.GetFileName(options.Shell) == "bash" ? ShellDialect.Bash : ShellDialect.Posix;

    private static CodeUrl UrlOf(JsonElement arguments) => CodeUrl.Parse(arguments.GetProperty("url").GetString()!);

    private static CodeTool[] Make(CodeToolOptions options) =>
    [
        new(Shell, "Runs a shell command in the workspace and answers with what it printed and which files it changed. What it starts ends with it.", ShellSchema,
            (invocation, containment, token) => ShellRun.RunAsync(options, invocation, containment, token)),
        new(ReadFile, "Reads a text file of the workspace.", ReadSchema, (invocation, containment, _) =>
        {
            byte[] content = FilesOf(containment).Read(invocation.Arguments.GetProperty("path").GetString()!);
            return new ValueTask<ToolResult>(ToolResult.FromText(Answer.Cut(content, options.MaxAnswerLength)));
        }),
        new(WriteFile, "Writes a text file of the workspace.", WriteSchema, (invocation, containment, _) =>
        {
            string content = invocation.Arguments.GetProperty("content").GetString()!;
            FilesOf(containment).Write(invocation.Arguments.GetProperty("path").GetString()!, Encoding.UTF8.GetBytes(content));
            return new ValueTask<ToolResult>(ToolResult.FromText($"written, {content.Length} characters"));
        }),
        new(HttpGet, "Reads a page over http or https.", GetSchema,
            (invocation, containment, token) => PageRead.RunAsync(options, CodeUrl.Parse(invocation.Arguments.GetProperty("url").GetString()!), containment, token)),
    ];

    private static Workspace FilesOf(OsCallContainment containment) => containment.Workspace
        ?? throw new InvalidOperationException("The containment profile has no workspace. Set ContainmentProfile.Workspace.");
}
