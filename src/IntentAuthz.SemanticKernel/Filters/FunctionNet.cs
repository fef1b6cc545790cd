using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// Refuses functions that are not guarded, wherever Semantic Kernel runs its filters. It is a net only: the guard is in the functions, and a
/// guarded one passes. Safe for use by many threads.
/// </summary>
internal sealed class FunctionNet(Guard guard, TaskBinding? binding, KernelGuardOptions options)
    : IFunctionInvocationFilter, IAutoFunctionInvocationFilter
{
    /// <summary>What the kernel is bound to, or null while it is bound to no task.</summary>
    internal TaskBinding? Binding { get; } = binding;

    /// <summary>The net of a kernel that is bound to no task yet.</summary>
    internal static FunctionNet Unbound(IServiceProvider services) =>
        new(GuardOf(services), null, services.GetRequiredService<IOptions<KernelGuardOptions>>().Value);

    internal static Guard GuardOf(IServiceProvider services) =>
        services.GetService<Guard>()
        ?? throw new InvalidOperationException(
            "The kernel's services hold no Guard. Call builder.Services.AddIntentAuthz(...) beside builder.AddIntentAuthz(), or add the host's own with builder.Services.AddSingleton(guard).");

    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        if (!GuardedFunction.IsGuarded(context.Function))
        {
            GuardResult refusal = await RefuseAsync(context.Function, context.CancellationToken).ConfigureAwait(false);
            context.Result = FunctionAnswer.Of(refusal, context.Function, context.Kernel.Culture, context.IsStreaming);
            return;
        }

        Binding?.MarkStreaming(context.Arguments, context.IsStreaming);
        await next(context).ConfigureAwait(false);
    }

    public async Task OnAutoFunctionInvocationAsync(AutoFunctionInvocationContext context, Func<AutoFunctionInvocationContext, Task> next)
    {
        if (!GuardedFunction.IsGuarded(context.Function))
        {
            GuardResult refusal = await RefuseAsync(context.Function, context.CancellationToken).ConfigureAwait(false);
            context.Result = FunctionAnswer.Of(refusal, context.Function, context.Kernel.Culture, isStreaming: false);
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }

        // The guarded function has marked the loop it is called in. Connectors with a loop of their own have no such mark, but the result tells.
        if (GuardedFunction.LoopAround(context.Function) is { Terminate: true }
            || (FunctionAnswer.GuardResultOf(context.Result) is { } result && options.Ends(result)))
        {
            context.Terminate = true;
        }
    }

    private ValueTask<GuardResult> RefuseAsync(KernelFunction function, CancellationToken cancellationToken)
    {
        string tool = FunctionNames.ToolOf(function);
        return Binding is { } bound
            ? new ValueTask<GuardResult>(guard.RefuseUnguarded(bound.Task, tool))
            : guard.InvokeAsync(null, new ToolCall(tool, default(ReadOnlyMemory<byte>)), NeverRuns, cancellationToken);
    }

    private static ValueTask<ToolResult> NeverRuns(ToolInvocation invocation, CancellationToken cancellationToken) =>
        throw new UnreachableException("The guard permitted a call without a task.");
}
