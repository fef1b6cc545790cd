using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>How the names and parameters of kernel functions appear to the guard and to the model.</summary>
internal static class FunctionNames
{
    /// <summary>The name in the tool catalogue.</summary>
    internal static string ToolOf(KernelFunction function) =>
        string.IsNullOrEmpty(function.PluginName) ? function.Name : $"{function.PluginName}.{function.Name}";

    /// <summary>
    /// The name the guarded function has: the same one, except that functions imported from elsewhere can have characters that Semantic Kernel
    /// allows no method to have. Only the model sees this name; the guard decides on the original.
    /// </summary>
    internal static string ForMethod(string name) =>
        string.Create(name.Length, name, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
            }
        });

    /// <summary>The parameters that a model can fill: all but those that the adapter supplies.</summary>
    internal static IReadOnlyList<KernelParameterMetadata> ForModel(KernelFunction function) =>
        [.. function.Metadata.Parameters.Where(static p => p.ParameterType != typeof(ToolInvocation))];
}
