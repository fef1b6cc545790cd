using System.Runtime.CompilerServices;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// Runs a function without the kernel's filters. They have run once, around the guarded function; run again around the original, a filter
/// could change the arguments after the decision. Semantic Kernel has that entry (a protected method, which its functions override) but opens
/// no way to call it that keeps the kernel, the result's type and its metadata.
/// </summary>
internal static class KernelFunctionCore
{
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "InvokeCoreAsync")]
    internal static extern ValueTask<FunctionResult> InvokeAsync(
        KernelFunction function, Kernel kernel, KernelArguments arguments, CancellationToken cancellationToken);
}
