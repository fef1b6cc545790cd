using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// Stands in for one function of a kernel: whichever way Semantic Kernel reaches it, the call goes through the guard, and the original runs
/// inside the guard's dispatch on the decided arguments. Safe for use by many threads.
/// </summary>
internal sealed class GuardedFunction
{
    private readonly TaskBinding _binding;
    private readonly KernelFunction _inner;
    private readonly string _tool;

    private GuardedFunction(TaskBinding binding, KernelFunction inner)
    {
        _binding = binding;
        _inner = inner;
        _tool = FunctionNames.ToolOf(inner);
    }

    /// <summary>Makes the guarded function, with the metadata of the original less what a model cannot fill.</summary>
    internal static KernelFunction Wrap(TaskBinding binding, KernelFunction inner, string? plugin = null)
    {
        GuardedFunction guarded = new(binding, inner);
        binding.Guard.Tools.TryGet(guarded._tool, out ToolDescriptor? tool);
        KernelFunction function = KernelFunctionFactory.CreateFromMethod(
            guarded.InvokeAsync,
            inner.JsonSerializerOptions,
            new KernelFunctionFromMethodOptions
            {
                FunctionName = FunctionNames.ForMethod(inner.Name),
                Description = inner.Description,
                Parameters = FunctionNames.ForModel(inner).Where(p => !IsHostOnly(tool, p.Name)),
                ReturnParameter = inner.Metadata.ReturnParameter,
                AdditionalMetadata = inner.Metadata.AdditionalProperties,
            });
        plugin ??= inner.PluginName;
        return string.IsNullOrEmpty(plugin) ? function : function.Clone(plugin);
    }

    /// <summary>Whether a function is a guarded one, also after it was cloned into another plugin or for another kernel.</summary>
    internal static bool IsGuarded(KernelFunction function) => function.UnderlyingMethod?.DeclaringType == typeof(GuardedFunction);

    private static bool IsHostOnly(ToolDescriptor? tool, string argument) =>
        tool is not null && tool.Arguments.TryGetValue(argument, out ArgumentDescriptor? declared) && declared.IsHostOnly;

    private async Task<FunctionResult> InvokeAsync(
        KernelFunction self, Kernel kernel, KernelArguments arguments, CancellationToken cancellationToken)
    {
        TaskBinding? around = TaskBinding.Of(kernel);
        bool isStreaming = around is not null && around.IsStreaming(arguments);
        if (around is null)
        {
            kernel = _binding.Kernel;
        }
        else if (!ReferenceEquals(around.Task, _binding.Task))
        {
            return Answer(_binding.Guard.RefuseConflict(_binding.Task, around.Task, _tool), self, kernel, isStreaming);
        }

        _binding.Guard.Tools.TryGet(_tool, out ToolDescriptor? tool);
        CallArguments given = CallArguments.Read(tool, _inner, arguments, CallScope.Current);
        ToolCall call = new(_tool, given.Json)
        {
            HostArguments = given.Host,
            Parent = CallScope.ParentFor(_binding.Task),
            FrameworkCallId = LoopAround(self)?.CallContent.CallId,
        };
        GuardResult result = await _binding.Guard.InvokeAsync(
            _binding.Task, call, (invocation, token) => DispatchAsync(self, kernel, given, invocation, token), cancellationToken).ConfigureAwait(false);
        return Answer(result, self, kernel, isStreaming);
    }

    private async ValueTask<ToolResult> DispatchAsync(
        KernelFunction self, Kernel kernel, CallArguments given, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        KernelArguments decided = given.Decided(_inner, invocation);
        CallScope.Current = new CallScope(invocation.Task, invocation.Id, decided);
        FunctionResult result = await KernelFunctionCore.InvokeAsync(_inner, kernel, decided, cancellationToken).ConfigureAwait(false);
        return await ResultReader.ReadAsync(
            result, self, _inner.JsonSerializerOptions, _binding.Options.MaxStreamedItems, cancellationToken).ConfigureAwait(false);
    }

    private FunctionResult Answer(GuardResult result, KernelFunction self, Kernel kernel, bool isStreaming)
    {
        // Loops that run no filters are ended here, those of Semantic Kernel by the net.
        if (_binding.Options.Ends(result) && LoopAround(self) is { } loop)
        {
            loop.Terminate = true;
        }

        return FunctionAnswer.Of(result, self, kernel.Culture, isStreaming);
    }

    /// <summary>The function-calling loop that makes this very call. In a call made by a tool, the loop around the tool is not it.</summary>
    internal static Microsoft.Extensions.AI.FunctionInvocationContext? LoopAround(KernelFunction self) =>
        FunctionInvokingChatClient.CurrentContext is { } context && ReferenceEquals(context.Function?.GetService<KernelFunction>(), self) ? context : null;
}
