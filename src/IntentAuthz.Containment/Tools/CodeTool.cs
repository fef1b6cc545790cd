using System.Text.Json;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Containment;

/// <summary>
/// One ready tool as a function of Microsoft.Extensions.AI. It runs only within a call that the guard has permitted and contained: an adapter hands
/// it the <see cref="ToolInvocation"/> in <see cref="AIFunctionArguments.Context"/>, under that type, or among the arguments, under the type's full name.
/// </summary>
internal sealed class CodeTool(string name, string description, string schema, Func<ToolInvocation, OsCallContainment, CancellationToken, ValueTask<ToolResult>> run) : AIFunction
{
    public override string Name => name;

    public override string Description => description;

    public override JsonElement JsonSchema { get; } = JsonElement.Parse(schema);

    /// <summary>Runs the tool on what was decided.</summary>
    internal async ValueTask<ToolResult> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Containment is not OsCallContainment containment)
        {
            throw new InvalidOperationException($"The tool '{name}' runs contained by the operating system only. Add UseOsContainment(), and describe the tool by AddCodeTools(...).");
        }

        try
        {
            return await run(invocation, containment, cancellationToken).ConfigureAwait(false);
        }
        catch (WorkspaceException e)
        {
            return ToolResult.FromText($"error: {e.Message}");
        }
    }

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        object? found = null;
        if (arguments.Context?.TryGetValue(typeof(ToolInvocation), out found) is not true)
        {
            _ = arguments.TryGetValue(typeof(ToolInvocation).FullName!, out found); // Semantic Kernel drops the context
        }

        ToolInvocation invocation = found as ToolInvocation
            ?? throw new InvalidOperationException($"The tool '{name}' was called around the guard. Bind the kernel by ForTask(task), or take the functions from CodeTools.ForTask(...).");
        ToolResult result = await RunAsync(invocation, cancellationToken).ConfigureAwait(false);
        return result.Text ?? (object?)result.Json;
    }
}
