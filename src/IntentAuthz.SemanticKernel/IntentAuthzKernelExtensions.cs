using IntentAuthz;
using IntentAuthz.SemanticKernel;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.SemanticKernel;

/// <summary>Binds kernels to tasks, and reads what the guard concluded.</summary>
public static class IntentAuthzKernelExtensions
{
    /// <summary>
    /// A copy of the kernel whose functions all act for one task: each is replaced by a guarded one of the same name, description and
    /// parameters. The task is held by the functions themselves; nothing in the kernel's data, in arguments or in the ambient context can
    /// change it. Functions that could never be permitted are not listed, so the model is not told of them, but can still be called, and are denied.
    /// </summary>
    /// <remarks>
    /// Plugins are wrapped as they are at this moment. What is added to the copy later is refused with <see cref="ReasonCodes.UnguardedFunction"/>
    /// wherever Semantic Kernel runs its filters; hand the model tools from <see cref="GetGuardedFunctions"/>, where no other can be among them.
    /// The original kernel is unchanged. Safe to call from many threads as long as none changes the kernel.
    /// </remarks>
    /// <param name="kernel">A kernel whose services hold the <see cref="Guard"/>.</param>
    /// <param name="task">The task, opened by that guard.</param>
    /// <exception cref="InvalidOperationException">
    /// The kernel is bound to another task already (<see cref="ReasonCodes.ConflictingTasks"/>), or its services hold no <see cref="Guard"/>.
    /// </exception>
    public static Kernel ForTask(this Kernel kernel, AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(task);
        if (TaskBinding.Of(kernel) is { } bound)
        {
            return ReferenceEquals(bound.Task, task)
                ? kernel.Clone()
                : throw new InvalidOperationException(
                    $"The kernel is bound to task {bound.Task.Id} and cannot be bound to task {task.Id} too ({ReasonCodes.ConflictingTasks}); "
                    + "call ForTask on the kernel as it was built.");
        }

        KernelGuardOptions options = kernel.Services.GetService<IOptions<KernelGuardOptions>>()?.Value ?? new KernelGuardOptions();
        return TaskBinding.Bind(kernel, FunctionNet.GuardOf(kernel.Services), task, options);
    }

    /// <summary>Guards a function that is in no plugin, such as a prompt function, for the task the kernel is bound to.</summary>
    /// <param name="kernel">A kernel that <see cref="ForTask"/> made.</param>
    /// <param name="function">The function. Its tool name is <c>Plugin.Function</c>, or <c>Function</c> when it names no plugin.</param>
    /// <returns>The guarded function; the same one when it is guarded already.</returns>
    /// <exception cref="InvalidOperationException">The kernel is bound to no task.</exception>
    public static KernelFunction GuardFunction(this Kernel kernel, KernelFunction function)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(function);
        TaskBinding binding = TaskBinding.Of(kernel)
            ?? throw new InvalidOperationException("The kernel is bound to no task; make it with kernel.ForTask(task) first.");
        return GuardedFunction.IsGuarded(function) ? function : GuardedFunction.Wrap(binding, function);
    }

    /// <summary>
    /// The kernel's guarded functions that could be permitted, as tools for a chat client or an agent that does its own function calling
    /// and so runs none of the kernel's filters. What was added to the kernel without being wrapped is left out.
    /// </summary>
    /// <param name="kernel">A kernel that <see cref="ForTask"/> made.</param>
    /// <exception cref="InvalidOperationException">The kernel is bound to no task.</exception>
    public static IReadOnlyList<KernelFunction> GetGuardedFunctions(this Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (TaskBinding.Of(kernel) is null)
        {
            throw new InvalidOperationException("The kernel is bound to no task; make it with kernel.ForTask(task) first.");
        }

        return [.. kernel.Plugins.SelectMany(static p => p).Where(GuardedFunction.IsGuarded).Select(f => f.WithKernel(kernel))];
    }

    /// <summary>What the guard concluded about the call: decision, outcome, approval to wait for. For the host; the model sees the value only.</summary>
    /// <param name="result">The result of a function call.</param>
    /// <returns>The guard's result, or null when no guard had the call.</returns>
    public static GuardResult? GetGuardResult(this FunctionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return FunctionAnswer.GuardResultOf(result);
    }
}
