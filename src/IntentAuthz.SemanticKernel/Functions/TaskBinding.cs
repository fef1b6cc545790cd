using System.Runtime.CompilerServices;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>What ties a kernel and its guarded functions to one task. Immutable but for the marks of streaming calls; safe for use by many threads.</summary>
internal sealed class TaskBinding
{
    // Only the kernel's filters are told that a call streams, and the guarded function needs to know to answer in that form. The mark hangs
    // on the arguments object that both see, without writing into what is the host's.
    private readonly ConditionalWeakTable<KernelArguments, object> _streaming = [];

    private TaskBinding(Kernel kernel, Guard guard, AgentTask task, KernelGuardOptions options)
    {
        Kernel = kernel;
        Guard = guard;
        Task = task;
        Options = options;
    }

    internal Guard Guard { get; }

    internal AgentTask Task { get; }

    internal KernelGuardOptions Options { get; }

    /// <summary>The kernel that was made for the task. Tools that were reached without it get it, so that what they call is guarded too.</summary>
    internal Kernel Kernel { get; }

    /// <summary>The binding of a kernel, or null. It lies in the net, since a clone of a kernel takes the filters with it: what was bound stays bound.</summary>
    internal static TaskBinding? Of(Kernel kernel)
    {
        foreach (IFunctionInvocationFilter filter in kernel.FunctionInvocationFilters)
        {
            if (filter is FunctionNet { Binding: { } binding })
            {
                return binding;
            }
        }

        return null;
    }

    internal static Kernel Bind(Kernel original, Guard guard, AgentTask task, KernelGuardOptions options)
    {
        Kernel kernel = original.Clone();
        TaskBinding binding = new(kernel, guard, task, options);
        kernel.Plugins.Clear();
        foreach (KernelPlugin plugin in original.Plugins)
        {
            kernel.Plugins.Add(new GuardedPlugin(plugin, binding));
        }

        FunctionNet net = new(guard, binding, options);
        PutFirst(kernel.FunctionInvocationFilters, net);
        PutFirst(kernel.AutoFunctionInvocationFilters, net);
        return kernel;
    }

    internal bool IsAdvertised(string toolName) => Guard.CouldPermit(Task, toolName);

    internal void MarkStreaming(KernelArguments arguments, bool isStreaming)
    {
        if (isStreaming)
        {
            _streaming.AddOrUpdate(arguments, arguments);
        }
        else
        {
            _streaming.Remove(arguments);
        }
    }

    internal bool IsStreaming(KernelArguments arguments) => _streaming.TryGetValue(arguments, out _);

    /// <summary>The net replaces the one that refuses for want of a task, and comes first: what it refuses, no other filter sees.</summary>
    private static void PutFirst<T>(IList<T> filters, FunctionNet net)
        where T : class
    {
        for (int i = filters.Count - 1; i >= 0; i--)
        {
            if (filters[i] is FunctionNet)
            {
                filters.RemoveAt(i);
            }
        }

        filters.Insert(0, (T)(object)net);
    }
}
